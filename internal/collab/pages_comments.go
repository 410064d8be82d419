package collab

import (
	"encoding/json"
	"net/http"
	"time"

	"hubbub/internal/live/hub"

	"github.com/labstack/echo/v4"

	"hubbub/internal/account"
	"hubbub/internal/base/action"
	"hubbub/internal/base/fault"
)

// conversations registers a document's comments: as a page, and over the socket as the
// content of the panel. A new thread needs a selection, so only the editor can start
// one, with the action.
func (p pages) conversations(g *echo.Group) {
	g.GET("/documents/:id/comments", account.PageAction(p.comments))
	g.POST("/documents/:id/comments/:threadId", account.PageAction(p.reply))
	g.POST("/documents/:id/comments/:threadId/resolve", account.PageAction(p.resolve))
	g.POST("/documents/:id/comments/:threadId/delete", account.PageAction(p.removeThread))
}

// Conversations are the threads about a document.
type Conversations struct {
	Document Document
	Threads  []Thread
	Viewer   account.User
	Problem  string // why the last comment was refused
}

// MayManage reports whether the viewer may resolve and delete the thread.
func (v Conversations) MayManage(t Thread) bool {
	return v.Document.Role.mayManage(t.Comments[0].Author.ID, v.Viewer.ID) == nil
}

func (p pages) comments(c echo.Context, who account.User, in documentInput) error {
	return p.showComments(c, http.StatusOK, who, int64(in.ID), "")
}

func (p pages) showComments(c echo.Context, status int, who account.User, id int64, problem string) (err error) {
	v := Conversations{Viewer: who, Problem: problem}
	if v.Document, err = p.documents.Document(c.Request().Context(), who.ID, id); err != nil {
		return err
	}
	if v.Threads, err = p.documents.Threads(c.Request().Context(), who.ID, id); err != nil {
		return err
	}
	if hub.ConnFromContext(c.Request().Context()) != nil {
		return action.Page(c, http.StatusOK, CommentsPanel(v))
	}
	return p.show(c, status, "Comments on "+v.Document.Title, CommentsPage(v))
}

// answerComments answers a form with the comments, and with the problem if err has one.
func (p pages) answerComments(c echo.Context, who account.User, id int64, err error) error {
	if problem := problemOf(err); problem != "" {
		return p.showComments(c, fault.Of(err).Status, who, id, "The comment "+problem+".")
	}
	if err != nil || hub.ConnFromContext(c.Request().Context()) == nil {
		return redirect(c, commentsPath(id), err)
	}
	return p.showComments(c, http.StatusOK, who, id, "")
}

func (p pages) reply(c echo.Context, who account.User, in replyInput) error {
	_, err := p.documents.Reply(c.Request().Context(), hub.ConnFromContext(c.Request().Context()), who, int64(in.ID), int64(in.ThreadID), in.Text)
	return p.answerComments(c, who, int64(in.ID), err)
}

func (p pages) resolve(c echo.Context, who account.User, in resolveInput) error {
	_, err := p.documents.Resolve(c.Request().Context(), hub.ConnFromContext(c.Request().Context()), who.ID, int64(in.ID), int64(in.ThreadID), bool(*in.Resolved))
	return p.answerComments(c, who, int64(in.ID), err)
}

func (p pages) removeThread(c echo.Context, who account.User, in threadInput) error {
	err := p.documents.RemoveThread(c.Request().Context(), hub.ConnFromContext(c.Request().Context()), who.ID, int64(in.ID), int64(in.ThreadID))
	if fault.Is(err, http.StatusNotFound) { // a second click
		err = nil
	}
	return p.answerComments(c, who, int64(in.ID), err)
}

func commentsPath(docID int64) string { return path(docID) + "/comments" }

func threadPath(t Thread) string { return commentsPath(t.DocID) + "/" + decimal(t.ID) }

func (t Thread) rowID() string { return "thread-" + decimal(t.ID) }

// place returns the anchor as JSON, for the editor.
func (t Thread) place() string {
	anchor, _ := json.Marshal(t.Anchor) // it came as JSON
	return string(anchor)
}

func (c Comment) postedAt() time.Time { return time.Time(c.CreatedAt) }
