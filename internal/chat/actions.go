package chat

import (
	"github.com/labstack/echo/v4"

	"hubbub/internal/account"
	"hubbub/internal/base/action"
	"hubbub/internal/base/fault"
	"hubbub/internal/live/hub"
)

// Actions registers chat's actions: routes under /api, which behave the same by HTTP and over the socket.
func Actions(api *echo.Group, s *Service) {
	a := actions{s}
	api.GET("/rooms", account.Action(a.rooms))
	api.POST("/rooms", account.Action(a.create))
	api.POST("/rooms/direct", account.Action(a.direct))
	api.PATCH("/rooms/:id", account.Action(a.update))
	api.GET("/rooms/:id/members", account.Action(a.members))
	api.POST("/rooms/:id/members", account.Action(a.addMember))
	api.DELETE("/rooms/:id/members/:userId", account.Action(a.removeMember))
	api.GET("/chat/join", account.LiveAction(a.join))
	api.GET("/chat/leave", account.LiveAction(a.leave))
	api.POST("/chat/send", account.Action(a.send))
	api.POST("/chat/typing", account.LiveAction(a.typing))
	api.POST("/chat/read", account.Action(a.read))
	api.GET("/chat/messages", account.Action(a.messages))
	api.PATCH("/chat/messages/:id", account.Action(a.edit))
	api.DELETE("/chat/messages/:id", account.Action(a.delete))
	api.POST("/chat/messages/:id/reactions", account.Action(a.react))
	api.GET("/chat/messages/:id/cards", account.Action(a.cards))
}

type actions struct{ chat *Service }

type roomsInput struct {
	Scope string `json:"scope"` // mine (the default) or public
}

func (a actions) rooms(c echo.Context, who account.User, in roomsInput) error {
	if in.Scope != "" && in.Scope != "mine" && in.Scope != "public" {
		return fault.Invalid("scope", "must be mine or public")
	}
	rooms, err := a.chat.Rooms(c.Request().Context(), hub.ConnFromContext(c.Request().Context()), who, in.Scope == "public")
	return action.Answer(c, rooms, err)
}

type createInput struct {
	Name      string     `json:"name" required:"true"`
	Topic     string     `json:"topic"`
	Kind      Kind       `json:"kind" required:"true"`
	MemberIDs action.IDs `json:"memberIds"`
}

func (a actions) create(c echo.Context, who account.User, in createInput) error {
	n := NewRoom{Name: in.Name, Topic: in.Topic, Kind: in.Kind, Members: in.MemberIDs}
	room, err := a.chat.Create(c.Request().Context(), hub.ConnFromContext(c.Request().Context()), who, n)
	return action.Answer(c, room, err)
}

type directInput struct {
	UserID action.ID `json:"userId" required:"true"`
}

func (a actions) direct(c echo.Context, who account.User, in directInput) error {
	room, err := a.chat.Direct(c.Request().Context(), hub.ConnFromContext(c.Request().Context()), who, int64(in.UserID))
	return action.Answer(c, room, err)
}

type updateInput struct {
	ID       action.ID    `json:"id"`
	Name     *string      `json:"name"`
	Topic    *string      `json:"topic"`
	Archived *action.Bool `json:"archived"`
}

func (a actions) update(c echo.Context, who account.User, in updateInput) error {
	change := RoomChange{Name: in.Name, Topic: in.Topic, Archived: (*bool)(in.Archived)}
	room, err := a.chat.Update(c.Request().Context(), hub.ConnFromContext(c.Request().Context()), who, int64(in.ID), change)
	return action.Answer(c, room, err)
}

type membersInput struct {
	ID action.ID `json:"id"`
}

func (a actions) members(c echo.Context, who account.User, in membersInput) error {
	members, err := a.chat.Members(c.Request().Context(), who, int64(in.ID))
	return action.Answer(c, members, err)
}

type memberInput struct {
	ID     action.ID `json:"id"`
	UserID action.ID `json:"userId" required:"true"`
}

func (a actions) addMember(c echo.Context, who account.User, in memberInput) error {
	members, err := a.chat.AddMember(c.Request().Context(), hub.ConnFromContext(c.Request().Context()), who, int64(in.ID), int64(in.UserID))
	return action.Answer(c, members, err)
}

func (a actions) removeMember(c echo.Context, who account.User, in memberInput) error {
	err := a.chat.RemoveMember(c.Request().Context(), hub.ConnFromContext(c.Request().Context()), who, int64(in.ID), int64(in.UserID))
	return action.NoContent(c, err)
}

type joinInput struct {
	RoomID action.ID      `json:"roomId" required:"true"`
	After  *action.Cursor `json:"after"` // a seq
}

func (a actions) join(c echo.Context, conn *hub.Conn, who account.User, in joinInput) error {
	joined, err := a.chat.Join(c.Request().Context(), conn, who, int64(in.RoomID), (*int64)(in.After))
	if err != nil {
		return err
	}
	action.SetSeq(c, joined.Seq)
	if joined.Reset {
		action.SetReset(c)
	}
	return action.AnswerEither(c, joined.Messages, MessageRows(joined.Messages, readerOf(c)))
}

type leaveInput struct {
	RoomID action.ID `json:"roomId" required:"true"`
}

func (a actions) leave(c echo.Context, conn *hub.Conn, _ account.User, in leaveInput) error {
	a.chat.Leave(conn, int64(in.RoomID))
	return action.Answer(c, map[string]bool{"left": true}, nil)
}

type sendInput struct {
	RoomID   action.ID    `json:"roomId" required:"true"`
	Text     string       `json:"text" required:"true"`
	ClientID *action.UUID `json:"clientId"`
	ReplyTo  *action.ID   `json:"replyTo"`
}

func (a actions) send(c echo.Context, who account.User, in sendInput) error {
	m, err := a.chat.Send(c.Request().Context(), hub.ConnFromContext(c.Request().Context()), who, Outgoing{
		RoomID: int64(in.RoomID), Text: in.Text, ClientID: (*string)(in.ClientID), ReplyTo: (*int64)(in.ReplyTo),
	})
	return answerMessage(c, m, err)
}

type typingInput struct {
	RoomID   action.ID   `json:"roomId" required:"true"`
	IsTyping action.Bool `json:"isTyping" required:"true"`
}

func (a actions) typing(c echo.Context, conn *hub.Conn, who account.User, in typingInput) error {
	err := a.chat.Typing(c.Request().Context(), conn, who, int64(in.RoomID), bool(in.IsTyping))
	return action.Answer(c, map[string]bool{"ok": true}, err)
}

type readInput struct {
	RoomID action.ID     `json:"roomId" required:"true"`
	Seq    action.Cursor `json:"seq" required:"true"`
}

func (a actions) read(c echo.Context, who account.User, in readInput) error {
	marks, err := a.chat.MarkRead(c.Request().Context(), hub.ConnFromContext(c.Request().Context()), who, int64(in.RoomID), int64(in.Seq))
	return action.Answer(c, map[string]int{"unread": marks.Unread, "mentions": marks.Mentions}, err)
}

type messagesInput struct {
	RoomID action.ID      `json:"roomId" required:"true"`
	Before *action.Cursor `json:"before"` // an id
	Around *action.Cursor `json:"around"` // an id
	Limit  action.Limit   `json:"limit"`
}

func (a actions) messages(c echo.Context, who account.User, in messagesInput) error {
	limit := in.Limit.Within(pageSize, maxPage)
	messages, err := a.chat.Messages(
		c.Request().Context(), who, int64(in.RoomID), (*int64)(in.Before), (*int64)(in.Around), limit,
	)
	if err != nil {
		return err
	}
	return action.AnswerEither(c, messages, MessageRows(messages, readerOf(c)))
}

type editInput struct {
	ID   action.ID `json:"id"`
	Text string    `json:"text" required:"true"`
}

func (a actions) edit(c echo.Context, who account.User, in editInput) error {
	m, err := a.chat.Edit(c.Request().Context(), hub.ConnFromContext(c.Request().Context()), who, int64(in.ID), in.Text)
	return answerMessage(c, m, err)
}

type deleteInput struct {
	ID action.ID `json:"id"`
}

func (a actions) delete(c echo.Context, who account.User, in deleteInput) error {
	seq, err := a.chat.Delete(c.Request().Context(), hub.ConnFromContext(c.Request().Context()), who, int64(in.ID))
	action.SetSeq(c, seq)
	return action.NoContent(c, err)
}

type reactInput struct {
	ID    action.ID `json:"id"`
	Emoji string    `json:"emoji" required:"true"`
}

func (a actions) react(c echo.Context, who account.User, in reactInput) error {
	m, err := a.chat.React(c.Request().Context(), hub.ConnFromContext(c.Request().Context()), who, int64(in.ID), in.Emoji)
	return answerMessage(c, m, err)
}

// answerMessage answers with the message, as JSON or as its row of HTML, and with its seq in the header X-Seq.
func answerMessage(c echo.Context, m Message, err error) error {
	if err != nil {
		return err
	}
	action.SetSeq(c, m.Seq)
	return action.AnswerEither(c, m, MessageRow(m, readerOf(c)))
}

type cardsInput struct {
	ID action.ID `json:"id"` // of a message
}

func (a actions) cards(c echo.Context, who account.User, in cardsInput) error {
	m, cards, err := a.chat.CardsOf(c.Request().Context(), who, int64(in.ID))
	if err != nil {
		return err
	}
	return action.AnswerEither(c, cards, CardsOf(m, Reader{ID: who.ID, cards: map[int64][]Card{m.ID: cards}}))
}
