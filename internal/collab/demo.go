package collab

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"time"

	"hubbub/internal/account"
	"hubbub/internal/base/postgres"
	"hubbub/internal/collab/yjs"
)

// demoDocument is a document of the demo. The last draft is its content, and the drafts
// before are its versions.
type demoDocument struct {
	title      string
	visibility Visibility
	owner      string
	viewers    []string // handles; all other demo users are editors
	drafts     []demoDraft
	threads    []demoThread
}

type demoDraft struct {
	file string
	name string        // of the version; "": an automatic one
	by   []string      // handles of the authors, the latest one last
	ago  time.Duration // before the demo is seeded
}

// demoThread is a thread about a quote from the last draft.
type demoThread struct {
	quote    string
	comments []demoComment
	resolved string // the handle of the user who resolved it; "": it is open
}

type demoComment struct {
	who  string
	ago  time.Duration
	text string
}

//go:embed demo/*.md
var demoFiles embed.FS

const demoDay = 24 * time.Hour

var demoDocuments = []demoDocument{
	{title: "Architecture notes", visibility: Everyone, owner: "sam", drafts: []demoDraft{
		{"architecture-1", "First sketch", []string{"sam"}, 20 * demoDay},
		{"architecture-2", "", []string{"jonas", "sam"}, 3 * demoDay},
	}, threads: []demoThread{
		{quote: "Do viewers see who else reads?", comments: []demoComment{
			{"amara", 2 * demoDay, "I would like to know who is in a page before I quote it to a customer."},
			{"sam", 2*demoDay - time.Hour, "They do, unless someone is invisible."},
		}},
	}},
	{title: "Meeting notes", visibility: Private, owner: "maya", drafts: []demoDraft{
		{"notes-1", "", []string{"maya", "priya"}, 19 * time.Hour},
		{"notes-2", "", []string{"theo", "priya", "maya"}, 16 * time.Hour},
	}, threads: []demoThread{
		{quote: "Inset the ring in the log", resolved: "priya", comments: []demoComment{
			{"priya", 15 * time.Hour, "Also on the people page, while you are at it."},
			{"jonas", 14 * time.Hour, "Both done on my branch."},
		}},
	}},
	{title: "Launch checklist", visibility: Private, owner: "maya", viewers: []string{"amara"}, drafts: []demoDraft{
		{"checklist-1", "Outline", []string{"maya"}, 6 * demoDay},
		{"checklist-2", "", []string{"jonas", "theo", "maya"}, 4 * demoDay},
		{"checklist-3", "Before the dress rehearsal", []string{"lin", "theo", "priya"}, 30 * time.Hour},
		{"checklist-4", "", []string{"sam", "theo", "lin"}, 9 * time.Minute},
	}, threads: []demoThread{
		{quote: "steps of ten percent", comments: []demoComment{
			{"priya", 28 * time.Hour, "Five for the first step? The load test was flat up to there."},
			{"theo", 27 * time.Hour, "Ten is what we rehearsed. I would rather do what we know."},
		}},
		{quote: "on a second network", comments: []demoComment{
			{"lin", 40 * time.Minute, "@jonas do you still have the spare router?"},
		}},
	}},
}

// SeedDemo makes the documents of the demo, with the demo users by handle as authors, and
// returns their ids by title. It makes none if the database has a document already: at a
// second start, or after another node has seeded it.
func (s *Service) SeedDemo(ctx context.Context, cast map[string]account.User) (made map[string]int64, err error) {
	made = map[string]int64{}
	err = postgres.InTx(ctx, s.db, func(tx postgres.Tx) error {
		empty, err := lockEmpty(ctx, tx)
		if err != nil || !empty {
			return err
		}
		for _, d := range demoDocuments {
			if made[d.title], err = s.insertDemo(ctx, tx, d, cast); err != nil {
				return fmt.Errorf("write %s: %w", d.title, err)
			}
		}
		return nil
	})
	s.index.Changed()
	return made, err
}

func (s *Service) insertDemo(
	ctx context.Context, tx postgres.Tx, d demoDocument, cast map[string]account.User,
) (int64, error) {
	last := d.drafts[len(d.drafts)-1]
	authors := last.authors(cast)
	id, err := insertDocument(ctx, tx, d.title, d.visibility, cast[d.owner].ID)
	if err != nil {
		return 0, err
	}
	update, text, err := last.read(ctx)
	if err != nil {
		return 0, err
	}
	if _, err := appendLog(ctx, tx, id, 0, []entry{{authors[len(authors)-1], update}}); err != nil {
		return 0, err
	}
	if err := storeText(ctx, tx, id, 1, &text); err != nil {
		return 0, err
	}
	if err := dateDocument(ctx, tx, id, d.drafts[0].ago, last.ago); err != nil {
		return 0, err
	}
	if err := d.addDetails(ctx, tx, id, update, cast); err != nil {
		return 0, err
	}
	return id, s.putEntry(ctx, tx, id)
}

// addDetails adds the members, the versions and the threads.
func (d demoDocument) addDetails(
	ctx context.Context, tx postgres.Tx, id int64, update []byte, cast map[string]account.User,
) error {
	if err := d.share(ctx, tx, id, cast); err != nil {
		return err
	}
	for _, draft := range d.drafts[:len(d.drafts)-1] {
		if err := draft.insertVersion(ctx, tx, id, cast); err != nil {
			return err
		}
	}
	for _, thread := range d.threads {
		if err := thread.insert(ctx, tx, id, update, cast); err != nil {
			return err
		}
	}
	return nil
}

func (d demoDocument) share(ctx context.Context, tx postgres.Tx, id int64, cast map[string]account.User) error {
	roles := map[string]Role{d.owner: Owner}
	for _, handle := range d.viewers {
		roles[handle] = Viewer
	}
	for _, person := range account.DemoUsers() {
		role, special := roles[person.Handle]
		if !special {
			role = Editor
		}
		if _, err := setMember(ctx, tx, id, cast[person.Handle].ID, role); err != nil {
			return err
		}
	}
	return nil
}

func (d demoDraft) authors(cast map[string]account.User) []int64 {
	ids := make([]int64, len(d.by))
	for i, handle := range d.by {
		ids[i] = cast[handle].ID
	}
	return ids
}

// read returns the draft as a whole document, and its text.
func (d demoDraft) read(ctx context.Context) (update []byte, text string, err error) {
	markdown, err := demoFiles.ReadFile("demo/" + d.file + ".md")
	if err != nil {
		return nil, "", err
	}
	nodes, err := fromMarkdown(ctx, string(markdown))
	if err != nil {
		return nil, "", err
	}
	update = yjs.Import(0, nodes)
	text, err = readText(ctx, update)
	return update, text, err
}

func (d demoDraft) insertVersion(ctx context.Context, tx postgres.Tx, id int64, cast map[string]account.User) error {
	update, text, err := d.read(ctx)
	if err != nil {
		return err
	}
	kind := kindAuto
	if d.name != "" {
		kind = kindNamed
	}
	return insertVersionBefore(ctx, tx, id, kind, d.name, d.authors(cast), update, text, d.ago)
}

func (t demoThread) insert(
	ctx context.Context, tx postgres.Tx, id int64, update []byte, cast map[string]account.User,
) error {
	at, err := anchorOf(update, t.quote)
	if err != nil {
		return err
	}
	threadID, err := insertThread(ctx, tx, id, cast[t.comments[0].who].ID, at, t.quote)
	if err != nil {
		return err
	}
	for _, c := range t.comments {
		if err := insertCommentBefore(ctx, tx, threadID, cast[c.who].ID, c.text, c.ago); err != nil {
			return err
		}
	}
	if err := resolveThread(ctx, tx, threadID, cast[t.resolved].ID); err != nil {
		return err
	}
	return dateThread(ctx, tx, threadID, t.comments[0].ago, t.comments[len(t.comments)-1].ago)
}

// anchorOf returns the anchor of a quote, from its first to its last letter.
func anchorOf(update []byte, quote string) (a Anchor, err error) {
	u, err := yjs.Decode(update)
	if err != nil {
		return a, err
	}
	first, last, found := u.Find(quote)
	if !found {
		return a, fmt.Errorf("the document does not contain %q", quote)
	}
	if a.Start, err = relativePosition(first, 0); err != nil {
		return a, err
	}
	a.End, err = relativePosition(last, -1)
	return a, err
}

// relativePosition returns a relative position of Yjs: before a unit, or after it with the
// association -1.
func relativePosition(id yjs.ID, association int) (json.RawMessage, error) {
	return json.Marshal(map[string]any{
		"item": map[string]uint64{"client": id.Client, "clock": id.Clock}, "assoc": association,
	})
}
