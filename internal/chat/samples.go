package chat

import (
	"context"
	"time"

	"hubbub/internal/account"
	"hubbub/internal/live/wire"
	"hubbub/web"
)

// Samples returns chat's components in their states, for the styleguide.
func Samples() []web.Section {
	return []web.Section{
		{Title: "Messages", Body: logSample(), Wide: true},
		{Title: "Typing", Body: typingSample()},
		{Title: "Composer", Body: composerSample(), Wide: true},
	}
}

const sampleUnread = 4 // the index of the first unread message in sampleMessages

var (
	sampleMe   = account.Profile{ID: 1, FullName: "Sam Rivera", Handle: "sam", Hue: 6}
	sampleMaya = account.Profile{ID: 2, FullName: "Maya Okafor", Handle: "maya", Hue: 7}
	sampleTheo = account.Profile{ID: 3, FullName: "Theo Martin", Handle: "theo", Hue: 4}
)

// sampleMessages returns a message of another user, a grouped one, and then an edited answer, code, and a mention of
// the reader.
func sampleMessages() []Message {
	morning := sampleMessage(1, sampleMaya, "Morning! Please check off your items before *ten*.")
	grouped := sampleMessage(2, sampleMaya, "- network cut while writing\n- server restarted while sending")
	answer := sampleMessage(3, sampleMe, "Mine are done.")
	answer.ReplyTo = &Quote{ID: 1, Sender: sampleMaya, Text: morning.Text}
	answer.EditedAt = &answer.CreatedAt
	answer.Reactions = []Reaction{{Emoji: "🎉", Count: 2, By: []int64{1, 3}}, {Emoji: "🚆", Count: 1, By: []int64{2}}}
	code := sampleMessage(4, sampleMe,
		"```go\nselect {\ncase c.send <- frame:\ndefault: // this client is too slow\n\treturn\n}\n```")
	mention := sampleMessage(5, sampleTheo, "@sam can you watch `p95` while I switch traffic?")
	mention.Mentions = []int64{sampleMe.ID}
	return []Message{morning, grouped, answer, code, mention}
}

func sampleMessage(id int64, by account.Profile, text string) Message {
	at := time.Date(2026, time.November, 21, 9, int(id), 0, 0, time.UTC)
	md, err := parseMarkdown(context.Background(), text)
	if err != nil {
		panic(err) // the texts are the constants above
	}
	return Message{
		ID: id, Sender: by, Text: text, CreatedAt: wire.Time(at), Reactions: []Reaction{},
		HTML: md.Render(map[string]int64{sampleMe.Handle: sampleMe.ID}),
	}
}
