package chat

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"hubbub/internal/account"
	"hubbub/web"
)

// groupWithin is the longest time between two messages of a sender that are shown as a group, under one head. follows
// in web/static/chat/row.js has the same rule.
const groupWithin = 5 * time.Minute

// maxQuote is the length of a quote in code points: about a line.
const maxQuote = 140

// Reader is the user that a message is rendered for. The zero Reader is no user: a broadcast is rendered once for every
// user, and web/static/chat/row.js (personalize) adapts the row to its reader.
type Reader struct {
	ID    int64
	cards map[int64][]Card // by message; nil: the reader's cards were not read
}

// isSender reports whether the reader sent the message.
func (r Reader) isSender(m Message) bool { return r.ID != 0 && m.Sender.ID == r.ID }

// isMentioned reports whether the message mentions the reader.
func (r Reader) isMentioned(m Message) bool { return r.ID != 0 && m.MentionsUser(r.ID) }

// body returns the message's HTML, with the class "me" on mentions of the reader.
func (r Reader) body(m Message) string {
	if !r.isMentioned(m) {
		return m.HTML
	}
	mention := fmt.Sprintf(`<span class="mention" data-user="%d">`, r.ID)
	return strings.ReplaceAll(m.HTML, mention, fmt.Sprintf(`<span class="mention me" data-user="%d">`, r.ID))
}

// entry is a message in the log of a page.
type entry struct {
	Message
	day     bool // it is the first of its day, below a divider
	unread  bool // it is the first unread one, below a divider
	grouped bool // it is in a group with the message before it, without a head of its own
}

// entries returns the entries of the page's messages. Days begin in the reader's time zone.
func (v View) entries(ctx context.Context) []entry {
	zone := web.Zone(ctx)
	entries := make([]entry, len(v.Messages))
	for i, m := range v.Messages {
		entries[i] = entry{Message: m, day: true, unread: m.ID == v.FirstUnread}
		if i > 0 {
			before := v.Messages[i-1]
			entries[i].day = dayOf(before, zone) != dayOf(m, zone)
			entries[i].grouped = !entries[i].day && !entries[i].unread && m.follows(before)
		}
	}
	return entries
}

// follows reports whether the message can be in a group with the message before it.
func (m Message) follows(before Message) bool {
	return m.Sender.ID == before.Sender.ID && m.ReplyTo == nil && m.sentAt().Sub(before.sentAt()) < groupWithin
}

func (m Message) sentAt() time.Time { return time.Time(m.CreatedAt) }

func dayOf(m Message, zone *time.Location) string { return m.sentAt().In(zone).Format(time.DateOnly) }

func (m Message) rowID() string { return "message-" + decimal(m.ID) }

// listSelector returns the CSS selector of the list that a new row is added to: the log of the message's room.
func (m Message) listSelector() string { return fmt.Sprintf(`[data-messages="%d"]`, m.RoomID) }

func (m Message) clientID() string {
	if m.ClientID == nil {
		return ""
	}
	return *m.ClientID
}

// excerpt returns the start of the quoted text in one line, at most maxQuote code points and an ellipsis.
func (q Quote) excerpt() string {
	text := strings.Join(strings.Fields(q.Text), " ")
	if utf8.RuneCountInString(text) <= maxQuote {
		return text
	}
	return string([]rune(text)[:maxQuote]) + "…"
}

// userIDs returns the ids of the users who reacted, separated by spaces.
func (r Reaction) userIDs() string {
	ids := make([]string, len(r.By))
	for i, id := range r.By {
		ids[i] = decimal(id)
	}
	return strings.Join(ids, " ")
}

func (r Reaction) isBy(reader Reader) bool { return reader.ID != 0 && slices.Contains(r.By, reader.ID) }

func avatar(p account.Profile) web.AvatarProps {
	return web.AvatarProps{Name: p.FullName, Hue: p.Hue, Person: p.ID}
}

// presenceAvatar returns an avatar that shows the user's presence.
func presenceAvatar(p account.Profile, size web.AvatarSize) web.AvatarProps {
	shown := avatar(p)
	shown.Size, shown.Presence = size, web.Presence(p.Status)
	return shown
}

func standingProps(p account.Profile) web.StandingProps {
	return web.StandingProps{
		Person: p.ID, Presence: web.Presence(p.Status), Text: p.Text, LastSeen: (*time.Time)(p.LastSeenAt),
	}
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

func roomPath(id int64) string { return "/rooms/" + decimal(id) }

// messagePath returns the permanent link of a message.
func messagePath(roomID, id int64) string { return fmt.Sprintf("/rooms/%d?message=%d", roomID, id) }
