package chat

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"hubbub/internal/account"
	"hubbub/internal/base/fault"
	"hubbub/internal/chat/emoji"
	"hubbub/internal/live/wire"
)

const (
	maxText          = 2000            // code points a message
	maxMentions      = 20              // mentions of a message that notify; further ones are only shown as mentions
	maxInvited       = 1000            // first members of a new room; each is notified
	maxName          = 80              // code points a room's name
	maxTopic         = 250             // code points
	maxReactionKinds = 20              // different emoji a message
	pageSize         = 50              // messages of a join and of a page of history
	maxPage          = 100             // messages a page at the most
	maxCatchUp       = 500             // changes; a client that missed more starts from the last page
	typingExpiry     = 6 * time.Second // the server and the pages show a typist no longer than this
)

// Kind decides who may see a room: every user, its members, or the two users of a direct room.
type Kind string

// The kinds of room.
const (
	Public  Kind = "public"
	Private Kind = "private"
	Direct  Kind = "direct"
)

// Role decides what a member may do. Owners, and the admins of the instance, may change and archive the room and
// remove other members.
type Role string

// The roles of a member.
const (
	Owner  Role = "owner"
	Member Role = "member"
)

// Room is a room as one user sees it: the read mark, the counts and the name of a direct room depend on the user.
type Room struct {
	ID          int64        `json:"id"`
	Name        string       `json:"name"`
	Topic       string       `json:"topic"`
	Kind        Kind         `json:"kind"`
	Archived    bool         `json:"archived"`
	Seq         int64        `json:"seq"`      // of the room's latest change
	ReadSeq     int64        `json:"readSeq"`  // 0 if the user is not a member
	Unread      int          `json:"unread"`   // maxUnread means that many or more
	Mentions    int          `json:"mentions"` // unread messages that mention the user; maxUnread likewise
	LastMessage *LastMessage `json:"lastMessage"`

	Role Role  `json:"-"` // the user's; empty if they are not a member
	With int64 `json:"-"` // the other user of a direct room, or the user in a room with themselves; 0 in other rooms
}

// LastMessage is the newest message of a room that is not deleted.
type LastMessage struct {
	ID        int64     `json:"id"`
	SenderID  int64     `json:"senderId"`
	Text      string    `json:"text"`
	CreatedAt wire.Time `json:"createdAt"`
}

// Participant is a user and their role in a room.
type Participant struct {
	User account.Profile `json:"user"`
	Role Role            `json:"role"`
}

// Message is a message of a room. A deleted message keeps its id and createdSeq, with empty text and html.
type Message struct {
	ID         int64           `json:"id"`
	RoomID     int64           `json:"roomId"`
	Seq        int64           `json:"seq"`        // of its latest change
	CreatedSeq int64           `json:"createdSeq"` // of its sending
	Sender     account.Profile `json:"sender"`
	Text       string          `json:"text"`
	HTML       string          `json:"html"` // sanitised
	ClientID   *string         `json:"clientId"`
	ReplyTo    *Quote          `json:"replyTo"`
	Reactions  []Reaction      `json:"reactions"`
	CreatedAt  wire.Time       `json:"createdAt"`
	EditedAt   *wire.Time      `json:"editedAt"`
	DeletedAt  *wire.Time      `json:"deletedAt"`

	Mentions []int64 `json:"-"` // the users it mentions, at most maxMentions
}

// Quote is the message that another message answers. Its text is empty if it was deleted.
type Quote struct {
	ID     int64           `json:"id"`
	Sender account.Profile `json:"sender"`
	Text   string          `json:"text"`
}

// Reaction is one emoji under a message.
type Reaction struct {
	Emoji string  `json:"emoji"`
	Count int     `json:"count"`
	Mine  *bool   `json:"mine,omitempty"` // whether the reader reacted; nil in broadcasts, which have no reader
	By    []int64 `json:"-"`              // the users who reacted, the first one first
}

// Marks is how far a user has read a room.
type Marks struct {
	RoomID   int64 `json:"roomId"`
	ReadSeq  int64 `json:"readSeq"`
	Unread   int   `json:"unread"`
	Mentions int   `json:"mentions"`
}

// Deleted reports whether the message was deleted.
func (m Message) Deleted() bool { return m.DeletedAt != nil }

// MentionsUser reports whether the message mentions the user.
func (m Message) MentionsUser(userID int64) bool { return slices.Contains(m.Mentions, userID) }

// forUser returns the message with Mine set in its reactions, as it is answered to the user.
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

// hubRoom returns the name of the chat room's hub room.
func hubRoom(roomID int64) string { return fmt.Sprintf("%s%d", hubRoomPrefix, roomID) }

func roomIDOf(hubRoom string) (id int64) {
	fmt.Sscanf(hubRoom, hubRoomPrefix+"%d", &id)
	return id
}

// mayManage reports whether the user, who can see the room, may change it and remove other members.
func (r Room) mayManage(who account.User) bool {
	return r.Kind != Direct && (r.Role == Owner || who.Role == account.Admin)
}

// checkWritable returns a conflict if the room is archived.
func (r Room) checkWritable() error {
	if r.Archived {
		return fault.Conflict("This room is archived. You can read it, but you can’t send messages.")
	}
	return nil
}

// checkReaction returns a fault if the emoji would be one kind more than maxReactionKinds.
func (m Message) checkReaction(emoji string) error {
	for _, r := range m.Reactions {
		if r.Emoji == emoji {
			return nil
		}
	}
	if len(m.Reactions) >= maxReactionKinds {
		return fault.Invalid("emoji", fmt.Sprintf("can have at most %d different reactions", maxReactionKinds))
	}
	return nil
}

func checkText(text string) error {
	switch {
	case strings.TrimSpace(text) == "":
		return fault.Invalid("text", "is empty")
	case utf8.RuneCountInString(text) > maxText:
		return fault.Invalid("text", fmt.Sprintf("must be %d characters or fewer", maxText))
	}
	return nil
}

func checkName(name string) error {
	switch {
	case name == "":
		return fault.Invalid("name", "is required")
	case utf8.RuneCountInString(name) > maxName:
		return fault.Invalid("name", fmt.Sprintf("must be %d characters or fewer", maxName))
	}
	return nil
}

func checkTopic(topic string) error {
	if utf8.RuneCountInString(topic) > maxTopic {
		return fault.Invalid("topic", fmt.Sprintf("must be %d characters or fewer", maxTopic))
	}
	return nil
}

func checkEmoji(text string) error {
	if !emoji.Is(text) {
		return fault.Invalid("emoji", "must be one emoji")
	}
	return nil
}
