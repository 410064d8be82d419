package chat

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/forPelevin/gomoji"

	"hubbub/internal/account"
	"hubbub/internal/fault"
	"hubbub/internal/wire"
)

const (
	maxText          = 2000            // code points a message
	maxMentions      = 20              // people whom a message counts as naming, and so notifies; as in a comment
	maxInvited       = 1000            // people whom a new room begins with; each is notified
	maxName          = 80              // code points a room's name
	maxTopic         = 250             // code points
	maxReactionKinds = 20              // different emoji a message
	pageSize         = 50              // messages of a join and of a page of history
	maxPage          = 100             // messages a page at the most
	maxCatchUp       = 500             // changes; past it a client starts from the last page
	typingExpiry     = 6 * time.Second // whoever shows it forgets it after this, and so does the server
)

// Kind says who may find a room: everybody, its members, or the two people of
// a direct room.
type Kind string

// The kinds of room.
const (
	Public  Kind = "public"
	Private Kind = "private"
	Direct  Kind = "direct"
)

// Role is what a member may do. Owners, and the admins of the instance, change
// and archive the room and remove others.
type Role string

// The roles of a member.
const (
	Owner  Role = "owner"
	Member Role = "member"
)

// Room is a room as one person sees it: counts and a direct room's name are theirs.
type Room struct {
	ID          int64        `json:"id"`
	Name        string       `json:"name"`
	Topic       string       `json:"topic"`
	Kind        Kind         `json:"kind"`
	Archived    bool         `json:"archived"`
	Seq         int64        `json:"seq"`      // of the room's latest change
	ReadSeq     int64        `json:"readSeq"`  // 0 for somebody who is no member
	Unread      int          `json:"unread"`   // maxUnread stands for that many or more
	Mentions    int          `json:"mentions"` // unread ones that name the person; maxUnread likewise
	LastMessage *LastMessage `json:"lastMessage"`

	Role Role  `json:"-"` // of the person; empty: no member
	With int64 `json:"-"` // the other person of a direct room (oneself, alone), else 0
}

// LastMessage is the newest message of a room that was not deleted.
type LastMessage struct {
	ID        int64     `json:"id"`
	SenderID  int64     `json:"senderId"`
	Text      string    `json:"text"`
	CreatedAt wire.Time `json:"createdAt"`
}

// Participant is a person and their role in a room.
type Participant struct {
	User account.Profile `json:"user"`
	Role Role            `json:"role"`
}

// Message is a message of a room. A deleted one keeps its place and its seq,
// with empty text and html.
type Message struct {
	ID         int64           `json:"id"`
	RoomID     int64           `json:"roomId"`
	Seq        int64           `json:"seq"`        // of its latest change
	CreatedSeq int64           `json:"createdSeq"` // of its first
	Sender     account.Profile `json:"sender"`
	Text       string          `json:"text"`
	HTML       string          `json:"html"` // sanitised
	ClientID   *string         `json:"clientId"`
	ReplyTo    *Quote          `json:"replyTo"`
	Reactions  []Reaction      `json:"reactions"`
	CreatedAt  wire.Time       `json:"createdAt"`
	EditedAt   *wire.Time      `json:"editedAt"`
	DeletedAt  *wire.Time      `json:"deletedAt"`

	Mentions []int64 `json:"-"` // people whom it names
}

// Quote is the message that another one answers; its text is empty once deleted.
type Quote struct {
	ID     int64           `json:"id"`
	Sender account.Profile `json:"sender"`
	Text   string          `json:"text"`
}

// Reaction is one emoji under a message.
type Reaction struct {
	Emoji string  `json:"emoji"`
	Count int     `json:"count"`
	Mine  *bool   `json:"mine,omitempty"` // left out of broadcasts, which are the same for everybody
	By    []int64 `json:"-"`              // who reacted, first to last
}

// Marks is how far a person has read a room.
type Marks struct {
	RoomID   int64 `json:"roomId"`
	ReadSeq  int64 `json:"readSeq"`
	Unread   int   `json:"unread"`
	Mentions int   `json:"mentions"`
}

// Deleted says whether only the message's place is left.
func (m Message) Deleted() bool { return m.DeletedAt != nil }

// Names says whether the message mentions the person.
func (m Message) MentionsUser(userID int64) bool { return slices.Contains(m.Mentions, userID) }

// seenBy is the message as it is answered to one person.
func (m Message) forUser(userID int64) Message {
	seen := make([]Reaction, len(m.Reactions))
	for i, r := range m.Reactions {
		mine := slices.Contains(r.By, userID)
		r.Mine = &mine
		seen[i] = r
	}
	m.Reactions = seen
	return m
}

// channel is the hub's room for a chat room.
func hubRoom(roomID int64) string { return fmt.Sprintf("%s%d", hubRoomPrefix, roomID) }

func roomIDOf(channel string) (id int64) {
	fmt.Sscanf(channel, hubRoomPrefix+"%d", &id)
	return id
}

// mayRun says whether the person, who may see the room, may change it and
// remove others.
func (r Room) mayManage(who account.User) bool {
	return r.Kind != Direct && (r.Role == Owner || who.Role == account.Admin)
}

// mayWrite refuses what an archived room does not take.
func (r Room) checkWritable() error {
	if r.Archived {
		return fault.Conflict("The room is archived: it can be read, not written.")
	}
	return nil
}

// mayTake refuses an emoji that would be one kind too many.
func (m Message) checkReaction(emoji string) error {
	for _, r := range m.Reactions {
		if r.Emoji == emoji {
			return nil
		}
	}
	if len(m.Reactions) >= maxReactionKinds {
		return fault.Invalid("emoji", fmt.Sprintf("would be more than %d kinds on this message", maxReactionKinds))
	}
	return nil
}

func checkText(text string) error {
	switch {
	case strings.TrimSpace(text) == "":
		return fault.Invalid("text", "is empty")
	case utf8.RuneCountInString(text) > maxText:
		return fault.Invalid("text", fmt.Sprintf("is longer than %d characters", maxText))
	}
	return nil
}

func checkName(name string) error {
	switch {
	case name == "":
		return fault.Invalid("name", "is required")
	case utf8.RuneCountInString(name) > maxName:
		return fault.Invalid("name", fmt.Sprintf("is longer than %d characters", maxName))
	}
	return nil
}

func checkTopic(topic string) error {
	if utf8.RuneCountInString(topic) > maxTopic {
		return fault.Invalid("topic", fmt.Sprintf("is longer than %d characters", maxTopic))
	}
	return nil
}

func checkEmoji(emoji string) error {
	if _, err := gomoji.GetInfo(emoji); err != nil {
		return fault.Invalid("emoji", "must be one emoji")
	}
	return nil
}
