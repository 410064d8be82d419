package collab

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"hubbub/internal/account"
	"hubbub/internal/base/action"
	"hubbub/internal/live/hub"
)

// Actions registers collab's routes under /api.
func Actions(api *echo.Group, s *Service) {
	a := actions{s}
	api.GET("/documents", account.Action(a.list))
	api.POST("/documents", account.Action(a.create))
	api.GET("/documents/join", account.LiveAction(a.join))
	api.GET("/documents/leave", account.LiveAction(a.leave))
	api.POST("/documents/update", account.Action(a.rewrite))
	api.POST("/documents/cursor", account.LiveAction(a.cursor))
	api.GET("/documents/:id", account.Action(a.get))
	api.PATCH("/documents/:id", account.Action(a.change))
	api.DELETE("/documents/:id", account.Action(a.delete))
	api.POST("/documents/:id/erase", account.Action(a.erase))
	api.GET("/documents/:id/members", account.Action(a.members))
	api.PUT("/documents/:id/members", account.Action(a.share))
	api.DELETE("/documents/:id/members/:userId", account.Action(a.unshare))
	api.GET("/documents/:id/versions", account.Action(a.versions))
	api.POST("/documents/:id/versions", account.Action(a.keepVersion))
	api.GET("/documents/:id/versions/:versionId", account.Action(a.version))
	api.GET("/documents/:id/export", account.Action(a.export))
	api.GET("/documents/:id/comments", account.Action(a.threads))
	api.POST("/documents/:id/comments", account.Action(a.comment))
	api.POST("/documents/:id/comments/:threadId", account.Action(a.reply))
	api.PATCH("/documents/:id/comments/:threadId", account.Action(a.resolve))
	api.DELETE("/documents/:id/comments/:threadId", account.Action(a.removeThread))
}

type actions struct{ documents *Service }

type listInput struct {
	Query  string       `json:"query"`
	Before Place        `json:"before"`
	Limit  action.Limit `json:"limit"`
}

func (a actions) list(c echo.Context, who account.User, in listInput) error {
	shelf, err := a.documents.listPage(c.Request().Context(), hub.ConnFromContext(c.Request().Context()), who.ID, in)
	if err != nil {
		return err
	}
	return action.AnswerEither(c, shelf.Documents, ListRows(shelf))
}

type createInput struct {
	Title      string      `json:"title" required:"true"`
	Visibility *Visibility `json:"visibility"`
	Markdown   string      `json:"markdown"` // its first content…
	Text       string      `json:"text"`     // …or this plain text
}

func (a actions) create(c echo.Context, who account.User, in createInput) error {
	draft := Draft{&in.Title, in.Visibility}
	d, err := a.documents.Import(c.Request().Context(), hub.ConnFromContext(c.Request().Context()), who.ID, draft, in.Markdown, in.Text)
	return action.Answer(c, d, err)
}

type documentInput struct {
	ID action.ID `json:"id"`
}

func (a actions) get(c echo.Context, who account.User, in documentInput) error {
	w, err := a.documents.Get(c.Request().Context(), who.ID, int64(in.ID))
	return action.Answer(c, w, err)
}

type changeInput struct {
	ID         action.ID   `json:"id"`
	Title      *string     `json:"title"`
	Visibility *Visibility `json:"visibility"`
}

func (a actions) change(c echo.Context, who account.User, in changeInput) error {
	d, err := a.documents.Change(c.Request().Context(), hub.ConnFromContext(c.Request().Context()), who.ID, int64(in.ID), Draft{in.Title, in.Visibility})
	return action.Answer(c, d, err)
}

func (a actions) delete(c echo.Context, who account.User, in documentInput) error {
	return action.NoContent(c, a.documents.Delete(c.Request().Context(), hub.ConnFromContext(c.Request().Context()), who.ID, int64(in.ID)))
}

func (a actions) erase(c echo.Context, who account.User, in documentInput) error {
	return action.NoContent(c, a.documents.Erase(c.Request().Context(), who.ID, int64(in.ID)))
}

func (a actions) members(c echo.Context, who account.User, in documentInput) error {
	members, err := a.documents.Members(c.Request().Context(), who.ID, int64(in.ID))
	return action.Answer(c, members, err)
}

type shareInput struct {
	ID     action.ID `json:"id"`
	UserID action.ID `json:"userId" required:"true"`
	Role   Role      `json:"role" required:"true"`
}

func (a actions) share(c echo.Context, who account.User, in shareInput) error {
	members, err := a.documents.Share(c.Request().Context(), hub.ConnFromContext(c.Request().Context()), who.ID, int64(in.ID), int64(in.UserID), in.Role)
	return action.Answer(c, members, err)
}

type unshareInput struct {
	ID     action.ID `json:"id"`
	UserID action.ID `json:"userId"`
}

func (a actions) unshare(c echo.Context, who account.User, in unshareInput) error {
	return action.NoContent(c, a.documents.Unshare(c.Request().Context(), hub.ConnFromContext(c.Request().Context()), who.ID, int64(in.ID), int64(in.UserID)))
}

type joinInput struct {
	DocID  action.ID      `json:"docId" required:"true"`
	Schema *action.Cursor `json:"schema"`
	Epoch  *action.Cursor `json:"epoch"`
}

func (a actions) join(c echo.Context, conn *hub.Conn, _ account.User, in joinInput) error {
	joined, err := a.documents.Join(c.Request().Context(), conn, Opening{
		DocID: int64(in.DocID), Schema: number(in.Schema), Epoch: number(in.Epoch),
	})
	return action.Answer(c, joined, err)
}

func number(given *action.Cursor) *int {
	if given == nil {
		return nil
	}
	n := int(*given)
	return &n
}

type leaveInput struct {
	DocID action.ID `json:"docId" required:"true"`
}

func (a actions) leave(c echo.Context, conn *hub.Conn, _ account.User, in leaveInput) error {
	a.documents.Leave(conn, int64(in.DocID))
	return action.Answer(c, map[string]bool{"left": true}, nil)
}

type rewriteInput struct {
	DocID          action.ID      `json:"docId" required:"true"`
	Content        *string        `json:"content" required:"true"`
	CursorPosition *action.Cursor `json:"cursorPosition"`
}

func (a actions) rewrite(c echo.Context, who account.User, in rewriteInput) error {
	w, err := a.documents.Rewrite(c.Request().Context(), hub.ConnFromContext(c.Request().Context()), who.ID, Rewriting{
		DocID: int64(in.DocID), Content: *in.Content, CursorPosition: (*int64)(in.CursorPosition),
	})
	return action.Answer(c, w, err)
}

type cursorInput struct {
	DocID    action.ID     `json:"docId" required:"true"`
	Position action.Cursor `json:"position"`
}

func (a actions) cursor(c echo.Context, conn *hub.Conn, _ account.User, in cursorInput) error {
	err := a.documents.Cursor(c.Request().Context(), conn, int64(in.DocID), int64(in.Position))
	return action.Answer(c, map[string]bool{"ok": true}, err)
}

func (a actions) versions(c echo.Context, who account.User, in documentInput) error {
	versions, err := a.documents.Versions(c.Request().Context(), who.ID, int64(in.ID))
	return action.Answer(c, versions, err)
}

type keepInput struct {
	ID        action.ID   `json:"id"`
	Name      string      `json:"name"`
	Restoring action.Bool `json:"restoring"` // an older version is about to be restored
}

func (a actions) keepVersion(c echo.Context, who account.User, in keepInput) error {
	v, err := a.documents.KeepVersion(c.Request().Context(), hub.ConnFromContext(c.Request().Context()), who.ID, int64(in.ID), in.Name, bool(in.Restoring))
	return action.Answer(c, v, err)
}

type versionInput struct {
	ID        action.ID `json:"id"`
	VersionID action.ID `json:"versionId"`
}

func (a actions) version(c echo.Context, who account.User, in versionInput) error {
	v, err := a.documents.Version(c.Request().Context(), who.ID, int64(in.ID), int64(in.VersionID))
	return action.Answer(c, v, err)
}

type exportInput struct {
	ID     action.ID `json:"id"`
	Format string    `json:"format"` // md, the default, html or text
}

func (a actions) export(c echo.Context, who account.User, in exportInput) error {
	file, err := a.documents.Export(c.Request().Context(), who.ID, int64(in.ID), in.Format)
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderContentDisposition, "attachment; filename="+strconv.Quote(file.Name))
	return c.Blob(http.StatusOK, file.Type, file.Bytes)
}

func (a actions) threads(c echo.Context, who account.User, in documentInput) error {
	threads, err := a.documents.Threads(c.Request().Context(), who.ID, int64(in.ID))
	return action.Answer(c, threads, err)
}

type commentInput struct {
	ID     action.ID `json:"id"`
	Anchor Anchor    `json:"anchor" required:"true"`
	Quote  string    `json:"quote"`
	Text   string    `json:"text" required:"true"`
}

func (a actions) comment(c echo.Context, who account.User, in commentInput) error {
	t, err := a.documents.Comment(c.Request().Context(), hub.ConnFromContext(c.Request().Context()), who, int64(in.ID), in.Anchor, in.Quote, in.Text)
	return action.Answer(c, t, err)
}

type replyInput struct {
	ID       action.ID `json:"id"`
	ThreadID action.ID `json:"threadId"`
	Text     string    `json:"text" required:"true"`
}

func (a actions) reply(c echo.Context, who account.User, in replyInput) error {
	t, err := a.documents.Reply(c.Request().Context(), hub.ConnFromContext(c.Request().Context()), who, int64(in.ID), int64(in.ThreadID), in.Text)
	return action.Answer(c, t, err)
}

type resolveInput struct {
	ID       action.ID    `json:"id"`
	ThreadID action.ID    `json:"threadId"`
	Resolved *action.Bool `json:"resolved" required:"true"`
}

func (a actions) resolve(c echo.Context, who account.User, in resolveInput) error {
	t, err := a.documents.Resolve(c.Request().Context(), hub.ConnFromContext(c.Request().Context()), who.ID, int64(in.ID), int64(in.ThreadID), bool(*in.Resolved))
	return action.Answer(c, t, err)
}

type threadInput struct {
	ID       action.ID `json:"id"`
	ThreadID action.ID `json:"threadId"`
}

func (a actions) removeThread(c echo.Context, who account.User, in threadInput) error {
	return action.NoContent(c, a.documents.RemoveThread(c.Request().Context(), hub.ConnFromContext(c.Request().Context()), who.ID, int64(in.ID), int64(in.ThreadID)))
}
