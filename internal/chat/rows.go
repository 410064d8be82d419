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

// groupWithin is how soon a message must follow one of the same sender to stand
// under it without a head of its own. log.js has the same rule.
const groupWithin = 5 * time.Minute

// maxQuote is how much of a message is quoted, in characters: a line of it.
const maxQuote = 140

// Reader is who looks at a message. The zero Reader is nobody in particular: a
// broadcast is rendered once for everybody, and row.js makes it personal.
type Reader struct {
	ID    int64
	cards map[int64][]Card // by message; nil: it is not known which they may read
}

// owns says whether the reader wrote the message.
func (r Reader) isSender(m Message) bool { return r.ID != 0 && m.Sender.ID == r.ID }

// isNamed says whether the message mentions the reader.
func (r Reader) isMentioned(m Message) bool { return r.ID != 0 && m.MentionsUser(r.ID) }

// body is the message's HTML, in which mentions of the reader stand out.
func (r Reader) body(m Message) string {
	if !r.isMentioned(m) {
		return m.HTML
	}
	mention := fmt.Sprintf(`<span class="mention" data-user="%d">`, r.ID)
	return strings.ReplaceAll(m.HTML, mention, fmt.Sprintf(`<span class="mention me" data-user="%d">`, r.ID))
}

// entry is a message in the log of a page, with what stands before it.
type entry struct {
	Message
	day     bool // it is the first of its day
	unread  bool // it is the first unread one
	grouped bool // it stands under the one before
}

// entries lays out the messages of a page for its reader's calendar.
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

// follows says whether the message continues the one before it.
func (m Message) follows(before Message) bool {
	return m.Sender.ID == before.Sender.ID && m.ReplyTo == nil && m.sentAt().Sub(before.sentAt()) < groupWithin
}

func (m Message) sentAt() time.Time { return time.Time(m.CreatedAt) }

func dayOf(m Message, zone *time.Location) string { return m.sentAt().In(zone).Format(time.DateOnly) }

func (m Message) rowID() string { return "message-" + decimal(m.ID) }

// place is where a new row goes: into the log of its room, if the page shows it.
func (m Message) listSelector() string { return fmt.Sprintf(`[data-messages="%d"]`, m.RoomID) }

func (m Message) clientID() string {
	if m.ClientID == nil {
		return ""
	}
	return *m.ClientID
}

// excerpt is a quoted message in a line.
func (q Quote) excerpt() string {
	text := strings.Join(strings.Fields(q.Text), " ")
	if utf8.RuneCountInString(text) <= maxQuote {
		return text
	}
	return string([]rune(text)[:maxQuote]) + "…"
}

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

// present is an avatar that shows how the person is.
func presenceAvatar(p account.Profile, size web.AvatarSize) web.AvatarProps {
	shown := avatar(p)
	shown.Size, shown.Presence = size, web.Presence(p.Status)
	return shown
}

func standingProps(p account.Profile) web.StandingProps {
	return web.StandingProps{Person: p.ID, Presence: web.Presence(p.Status), Text: p.Text, LastSeen: (*time.Time)(p.LastSeenAt)}
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

func roomPath(id int64) string { return "/rooms/" + decimal(id) }

// messagePath is a message's permanent link.
func messagePath(roomID, id int64) string { return fmt.Sprintf("/rooms/%d?message=%d", roomID, id) }
