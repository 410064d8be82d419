package chat

import (
	"time"

	"hubbub/internal/account"
	"hubbub/web"
)

// olderPath and newerPath return the paths of the adjacent pages of history, for browsers without JavaScript.
func (v View) olderPath() string {
	if len(v.Messages) == 0 {
		return roomPath(v.Room.ID)
	}
	return roomPath(v.Room.ID) + "?before=" + decimal(v.Messages[0].ID)
}

func (v View) newerPath() string {
	if len(v.Messages) == 0 {
		return roomPath(v.Room.ID)
	}
	return messagePath(v.Room.ID, v.Messages[len(v.Messages)-1].ID)
}

// beginningTitle returns the title above the room's first message.
func (r Room) beginningTitle() string {
	if r.Kind == Direct {
		return "This is the start of your conversation"
	}
	return "This is the start of " + r.title()
}

// invitation returns the text of an empty room, which invites to send the first message.
func (r Room) invitation() string {
	if r.Kind == Direct {
		return "Say hello. Only the two of you can see these messages."
	}
	return "Say hello. Everyone in the room sees it right away."
}

// pending returns the template of a message that is not stored yet; web/static/chat/delivery.js fills in the rest.
func (v View) pending(who account.User) Message {
	p := account.Profile{ID: who.ID, FullName: who.FullName, Handle: who.Handle, Hue: who.Hue}
	return Message{RoomID: v.Room.ID, Sender: p}
}

func (r Room) tone() web.Tone {
	if r.Role != "" && !r.Archived {
		return web.ToneInfo
	}
	return web.TonePlain
}

// describe returns a sentence about the users who may read the room.
func (r Room) describe() string {
	switch r.Kind {
	case Private:
		return "A private room. Only members can see it."
	case Direct:
		return "Direct messages between the two of you."
	}
	return "A public room. Anyone can read and join it."
}

// leaveNote returns a sentence about what happens after leaving the room.
func (r Room) leaveNote() string {
	switch r.Kind {
	case Private:
		return "You’ll need an invitation to come back."
	case Direct:
		return "It leaves your sidebar until the next message."
	}
	return "You can rejoin at any time."
}

func (m LastMessage) sentAt() time.Time { return time.Time(m.CreatedAt) }

func hereID(roomID int64) string { return "here-" + decimal(roomID) }

func herePersonID(roomID, userID int64) string { return hereID(roomID) + "-" + decimal(userID) }

// formats are examples of chat's Markdown with the HTML that they become.
var formats = []struct{ source, html string }{
	{"**bold**", "<strong>bold</strong>"},
	{"_italic_", "<em>italic</em>"},
	{"~~struck~~", "<del>struck</del>"},
	{"`code`", "<code>code</code>"},
	{"```go", "a code block, up to the next ```"},
	{"> quote", "<blockquote>quote</blockquote>"},
	{"- item", "a bulleted list; use 1. for numbers"},
	{"[text](https://…)", `<span class="link">text</span>`},
	{"@name", `<span class="mention">@name</span> notifies that person`},
}
