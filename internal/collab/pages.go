package collab

import (
	"fmt"
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"hubbub/internal/account"
	"hubbub/internal/base/action"
	"hubbub/web"
)

// Shell makes the frame around a page, with the signed-in user and the sidebar of the
// other features.
type Shell interface {
	Page(c echo.Context, title string) (web.Page, error)
}

// Pages registers the pages of documents and their forms, which work without JavaScript.
func Pages(g *echo.Group, s *Service, shell Shell) {
	p := pages{s, shell}
	g.GET("/documents/:id", account.PageAction(p.document))
	g.POST("/documents/:id", account.PageAction(p.rename))
	p.lists(g)
	p.sharing(g)
	p.history(g)
	p.conversations(g)
}

type pages struct {
	documents *Service
	shell     Shell
}

// stylesheet is loaded by the pages of documents only.
const stylesheet = "css/collab.css"

func (p pages) document(c echo.Context, who account.User, in documentInput) error {
	v, err := p.documents.View(c.Request().Context(), who.ID, int64(in.ID))
	if err != nil {
		return err
	}
	return p.show(c, http.StatusOK, v.Title, DocumentPage(v), "collab/index.js")
}

// show renders a page with the content in the frame.
func (p pages) show(c echo.Context, status int, title string, content templ.Component, scripts ...string) error {
	page, err := p.shell.Page(c, title)
	if err != nil {
		return err
	}
	page.Styles = append(page.Styles, stylesheet)
	page.Scripts = append(page.Scripts, scripts...)
	return action.Page(c, status, page.Framed(content))
}

type renameForm struct {
	ID    action.ID `json:"id"`
	Title string    `json:"title" required:"true"`
}

func (p pages) rename(c echo.Context, who account.User, in renameForm) error {
	_, err := p.documents.Change(c.Request().Context(), nil, who.ID, int64(in.ID), Draft{Title: &in.Title})
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, path(int64(in.ID)))
}

// path returns the path of a document's page.
func path(docID int64) string { return fmt.Sprintf("/documents/%d", docID) }

// hint returns a tool's label with its keyboard shortcut.
func hint(label, keys string) string {
	if keys == "" {
		return label
	}
	return label + " (" + keys + ")"
}
