package chat

import (
	"fmt"
	"net/http"

	"github.com/a-h/templ"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hubbub/internal/account"
	"hubbub/internal/base/action"
	"hubbub/internal/base/fault"
	"hubbub/web"
)

// Shell returns the frame of a page: its header, with the caller, and its sidebar, to which all features contribute.
type Shell interface {
	Page(c echo.Context, title string) (web.Page, error)
}

// Pages registers chat's pages and their forms, which work without JavaScript. A form does the same as an action, and
// then redirects to a page.
func Pages(g *echo.Group, s *Service, shell Shell) {
	p := pages{s, shell}
	g.GET("/rooms", account.PageAction(p.browse))
	g.POST("/rooms", account.PageAction(p.create))
	g.GET("/rooms/sidebar", account.PageAction(p.sidebar))
	g.GET("/rooms/:id", account.PageAction(p.room))
	g.GET("/rooms/:id/head", account.PageAction(p.head))
	g.POST("/rooms/:id/messages", account.PageAction(p.send))
	g.POST("/rooms/:id/join", account.PageAction(p.join))
	g.POST("/rooms/:id/leave", account.PageAction(p.leave))
	g.GET("/rooms/:id/settings", account.PageAction(p.settings))
	g.POST("/rooms/:id/settings", account.PageAction(p.change))
	g.POST("/rooms/:id/members", account.PageAction(p.invite))
	g.POST("/rooms/:id/members/:userId/remove", account.PageAction(p.remove))
	g.GET("/people", account.PageAction(p.people))
	g.POST("/people/:id/message", account.PageAction(p.openDirect))
}

type pages struct {
	chat  *Service
	shell Shell
}

// ComposerState is the content of the composer when a page opens.
type ComposerState struct {
	ClientID string // of the next message that the form sends; submitting the form twice stores one message
	Text     string
	Problem  string // why Text was not sent; empty: it is new
}

type viewInput struct {
	ID      action.ID     `json:"id"`
	Message action.Cursor `json:"message"`
	Before  action.Cursor `json:"before"`
}

func (p pages) room(c echo.Context, who account.User, in viewInput) error {
	at := At{Message: int64(in.Message), Before: int64(in.Before)}
	return p.showRoom(c, http.StatusOK, who, int64(in.ID), at, ComposerState{ClientID: uuid.NewString()})
}

func (p pages) showRoom(c echo.Context, status int, who account.User, id int64, at At, state ComposerState) error {
	v, err := p.chat.View(c.Request().Context(), who, id, at)
	if err != nil {
		return err
	}
	return p.show(c, status, v.Room.title(), RoomPage(v, who, state), "chat/index.js")
}

// show answers with a page: the component in the shell's frame.
func (p pages) show(c echo.Context, status int, title string, content templ.Component, scripts ...string) error {
	page, err := p.shell.Page(c, title)
	if err != nil {
		return err
	}
	if c.Param("id") != "" {
		page.Path = "" // the sidebar marks the room as current, not the list of rooms
	}
	page.Scripts = append(page.Scripts, scripts...)
	return action.Page(c, status, page.Framed(content))
}

// head answers with the room's header as it is now, for a page that was disconnected.
func (p pages) head(c echo.Context, who account.User, in viewInput) error {
	v, err := p.chat.View(c.Request().Context(), who, int64(in.ID), At{})
	if err != nil {
		return err
	}
	return action.Page(c, http.StatusOK, roomHead(v))
}

type sendForm struct {
	ID       action.ID   `json:"id"`
	Text     string      `json:"text"`
	ClientID action.UUID `json:"clientId"`
}

func (p pages) send(c echo.Context, who account.User, in sendForm) error {
	out := Outgoing{RoomID: int64(in.ID), Text: in.Text}
	if in.ClientID != "" {
		out.ClientID = (*string)(&in.ClientID)
	}
	m, err := p.chat.Send(c.Request().Context(), nil, who, out)
	if problem := problemOf(err); problem != "" {
		state := ComposerState{ClientID: uuid.NewString(), Text: in.Text, Problem: problem}
		return p.showRoom(c, fault.Of(err).Status, who, int64(in.ID), At{}, state)
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, fmt.Sprintf("%s#%s", roomPath(m.RoomID), m.rowID()))
}

type roomForm struct {
	ID action.ID `json:"id"`
}

func (p pages) join(c echo.Context, who account.User, in roomForm) error {
	_, err := p.chat.AddMember(c.Request().Context(), nil, who, int64(in.ID), who.ID)
	return redirect(c, roomPath(int64(in.ID)), err)
}

func (p pages) leave(c echo.Context, who account.User, in roomForm) error {
	err := p.chat.RemoveMember(c.Request().Context(), nil, who, int64(in.ID), who.ID)
	return redirect(c, "/rooms", err)
}

func (p pages) openDirect(c echo.Context, who account.User, in roomForm) error {
	room, err := p.chat.Direct(c.Request().Context(), nil, who, int64(in.ID))
	return redirect(c, roomPath(room.ID), err)
}

type sidebarInput struct {
	Current action.Cursor `json:"current"`
}

func (p pages) sidebar(c echo.Context, who account.User, in sidebarInput) error {
	fragment, err := p.chat.Sidebar(c.Request().Context(), who, int64(in.Current))
	if err != nil {
		return err
	}
	return action.Page(c, http.StatusOK, fragment)
}

// readerOf returns the caller as the reader of a fragment.
func readerOf(c echo.Context) Reader {
	caller, _ := account.CallerFrom(c.Request().Context())
	return Reader{ID: caller.ID}
}

func redirect(c echo.Context, to string, err error) error {
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, to)
}

// problemOf returns the sentence that a form shows for invalid input or a conflict, or "" for any other error, which
// gets a page of its own.
func problemOf(err error) string {
	if f := fault.Of(err); f != nil && (f.Status == http.StatusUnprocessableEntity || f.Status == http.StatusConflict) {
		return sentence(f)
	}
	return ""
}
