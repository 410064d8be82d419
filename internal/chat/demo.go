package chat

import (
	"context"
	"fmt"
	"time"

	"hubbub/internal/account"
	"hubbub/internal/base/postgres"
)

// line is a message of the demo.
type line struct {
	who       string        // the sender's handle
	ago       time.Duration // before the demo was seeded
	text      string
	reactions map[string][]string // emoji → handles
}

// scene is a room of the demo. Its last lines, as many as unread, are unread for all but their senders.
type scene struct {
	kind   Kind
	name   string
	topic  string
	cast   []string // handles, the owner first
	lines  []line
	unread int
}

const (
	minute = time.Minute
	hour   = time.Hour
)

var everyone = []string{"sam", "maya", "theo", "priya", "lin", "jonas", "amara"}

// demoScenes returns the demo's rooms. checklist is the name of the launch document in the texts; it may be a Markdown
// link.
func demoScenes(checklist string) []scene {
	return []scene{
		{kind: Public, name: "general", topic: "News for the whole team. This is demo data.", cast: everyone, unread: 3, lines: []line{
			{"maya", 26 * hour, "Welcome to the demo workspace. Sign in as someone else in a second browser and watch both.", map[string][]string{"👋": {"sam", "theo", "lin"}}},
			{"amara", 25 * hour, "Support rota for launch week is up. I have Thursday morning, Jonas has the afternoon.", nil},
			{"theo", 23 * hour, "Backups ran, restore was tested on the spare machine: 4 minutes 10.", map[string][]string{"🎉": {"priya", "sam"}}},
			{"priya", 3 * hour, "Reminder: the test plan wants one more pair of eyes on the reconnect cases.", nil},
			{"lin", 2*hour + 50*minute, "I can take those after lunch.", map[string][]string{"🙏": {"priya"}}},
			{"jonas", 70 * minute, "New icons are in. @maya tell me if one looks blurry at your zoom.", nil},
		}},
		{kind: Public, name: "launch-week", topic: "Shipping Thursday 10:00. Keep it calm.", cast: everyone, unread: 3, lines: []line{
			{"priya", 17 * hour, "Dress rehearsal done. Everyone cut their network twice, and no one lost a message.", map[string][]string{"🎉": {"sam", "maya", "theo", "lin"}, "👏": {"jonas", "lin"}}},
			{"jonas", 17*hour - 3*minute, "The slow-client test is my favourite. The hub drops that one socket and everyone else keeps streaming:\n\n```go\nselect {\ncase c.send <- frame:\ndefault: // the buffer is full, so this client is too slow\n\th.drop(c, CloseTooSlow)\n}\n```", nil},
			{"jonas", 17*hour - 4*minute, "It reconnects, asks for what it missed, and nobody notices.", nil},
			{"maya", 71 * minute, "Morning! The " + checklist + " is ready, please check off your items before 10.", nil},
			{"sam", 69 * minute, "Mine are done. Presence now survives a reconnect, so nobody flickers offline when the train goes into a tunnel.", map[string][]string{"🚆": {"maya", "priya", "lin"}}},
			{"theo", 12 * minute, "@sam can you watch p95 while I switch traffic?", nil},
			{"lin", 11 * minute, "Figures are up on the big screen.", nil},
			{"lin", 10 * minute, "Orders are already moving 📈", nil},
		}},
		{kind: Public, name: "design", topic: "Screens, words, and how they feel", cast: []string{"jonas", "sam", "maya", "priya"}, unread: 2, lines: []line{
			{"jonas", 50 * hour, "Three directions for the empty states:\n\n1. one sentence of *what*\n2. one of **why**\n3. one action, never two", map[string][]string{"👍": {"maya", "priya"}}},
			{"maya", 49 * hour, "> one action, never two\n\nYes. Ship it.", nil},
			{"jonas", 95 * minute, "@sam the focus ring is clipped in the log, can we inset it there?", nil},
			{"priya", 90 * minute, "@sam also seen on 390 px. Screenshot in the test plan.", nil},
		}},
		{kind: Public, name: "incidents", topic: "One thread per incident. Facts first.", cast: []string{"theo", "sam", "maya", "amara"}, lines: []line{
			{"theo", 8 * 24 * hour, "**Payments slow**, 14:02–14:19. The pool was full: one report held 12 connections. Nobody was charged twice.", nil},
			{"maya", 8*24*hour - 20*minute, "Confirmed: clients reconnect with jitter now, the second wave was flat.", map[string][]string{"✅": {"theo", "sam"}}},
		}},
		{kind: Private, name: "founders", topic: "Numbers and plans", cast: []string{"sam", "maya"}, lines: []line{
			{"maya", 28 * hour, "Two pilot customers said yes in writing. I'll bring the papers on Thursday.", map[string][]string{"🎉": {"sam"}}},
			{"sam", 27 * hour, "Then dinner is on me.", nil},
		}},
		{kind: Direct, cast: []string{"sam", "maya"}, unread: 1, lines: []line{
			{"sam", 80 * minute, "Train is late again, I'll be in by 9:30.", nil},
			{"maya", 16 * minute, "Are you still on the train?", nil},
		}},
		{kind: Direct, cast: []string{"sam", "theo"}, lines: []line{
			{"theo", 20 * hour, "Thanks for the review. The `-race` run found one more, fixed.", map[string][]string{"👍": {"sam"}}},
		}},
	}
}

// SeedDemo creates the demo's rooms and messages; cast are its users by handle. It does nothing if there is a room: at
// a second start, or if another node has seeded. For checklist see demoScenes.
func (s *Service) SeedDemo(ctx context.Context, cast map[string]account.User, checklist string) error {
	return postgres.InTx(ctx, s.db, func(tx postgres.Tx) error {
		empty, err := lockRooms(ctx, tx)
		if err != nil || !empty {
			return err
		}
		for _, sc := range demoScenes(checklist) {
			if err := sc.play(ctx, tx, cast); err != nil {
				return fmt.Errorf("create the demo room %q: %w", sc.name, err)
			}
		}
		return s.indexDemo(ctx, tx)
	})
}

// indexDemo adds all rooms and messages to the search index.
func (s *Service) indexDemo(ctx context.Context, tx postgres.Tx) error {
	const all = 1000 // far more than the scenes have
	if _, err := s.IndexRooms(ctx, tx, 0, all); err != nil {
		return err
	}
	_, err := s.IndexMessages(ctx, tx, 0, all)
	return err
}

// play creates the scene's room and stores its lines.
func (sc scene) play(ctx context.Context, tx postgres.Tx, cast map[string]account.User) error {
	ids := idsOf(cast, sc.cast)
	roomID, err := sc.open(ctx, tx, ids)
	if err != nil {
		return err
	}
	for i, l := range sc.lines {
		md, err := parseMarkdown(ctx, l.text)
		if err != nil {
			return err
		}
		users := map[string]int64{}
		for _, handle := range md.Handles() {
			users[handle] = cast[handle].ID
		}
		d := draft{
			RoomID: roomID, SenderID: cast[l.who].ID, Text: l.text, HTML: md.Render(users),
			Mentions: idsOf(cast, md.Handles()),
		}
		if err := insertPastMessage(ctx, tx, d, l.ago, i < len(sc.lines)-sc.unread); err != nil {
			return err
		}
		for emoji, handles := range l.reactions {
			if err := reactToLast(ctx, tx, roomID, emoji, idsOf(cast, handles)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (sc scene) open(ctx context.Context, tx postgres.Tx, ids []int64) (roomID int64, err error) {
	if sc.kind == Direct {
		roomID, _, err = directRoom(ctx, tx, ids[0], ids[1])
		return roomID, err
	}
	return createRoom(ctx, tx, sc.kind, sc.name, sc.topic, ids[0], ids[1:])
}

func idsOf(cast map[string]account.User, handles []string) []int64 {
	ids := make([]int64, len(handles))
	for i, h := range handles {
		ids[i] = cast[h].ID
	}
	return ids
}
