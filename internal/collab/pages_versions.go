package collab

import (
	"context"
	"net/http"
	"time"

	"hubbub/internal/live/hub"

	"github.com/labstack/echo/v4"

	"hubbub/internal/account"
	"hubbub/internal/base/action"
	"hubbub/internal/base/budget"
	"hubbub/internal/base/fault"
	"hubbub/internal/collab/yjs"
)

// history registers a document's versions: as pages, and over the socket as the content
// of the panel and the preview.
func (p pages) history(g *echo.Group) {
	g.GET("/documents/:id/versions", account.PageAction(p.versions))
	g.POST("/documents/:id/versions", account.PageAction(p.keep))
	g.GET("/documents/:id/versions/:versionId", account.PageAction(p.version))
}

// History is the versions of a document, the newest first.
type History struct {
	Document Document
	Versions []Version
	Name     string // as entered in the last form
	Problem  string // why no version was made
}

func (p pages) versions(c echo.Context, who account.User, in documentInput) error {
	return p.showVersions(c, http.StatusOK, who, int64(in.ID), "", "")
}

func (p pages) showVersions(c echo.Context, status int, who account.User, id int64, name, problem string) (err error) {
	h := History{Name: name, Problem: problem}
	if h.Document, err = p.documents.Document(c.Request().Context(), who.ID, id); err != nil {
		return err
	}
	if h.Versions, err = p.documents.Versions(c.Request().Context(), who.ID, id); err != nil {
		return err
	}
	if hub.ConnFromContext(c.Request().Context()) != nil {
		return action.Page(c, http.StatusOK, VersionsPanel(h))
	}
	return p.show(c, status, "Versions of "+h.Document.Title, VersionsPage(h))
}

type keepForm struct {
	ID   action.ID `json:"id"`
	Name string    `json:"name"`
}

func (p pages) keep(c echo.Context, who account.User, in keepForm) error {
	id := int64(in.ID)
	_, err := p.documents.KeepVersion(c.Request().Context(), hub.ConnFromContext(c.Request().Context()), who.ID, id, in.Name, false)
	if problem := problemOf(err); problem != "" {
		return p.showVersions(c, fault.Of(err).Status, who, id, in.Name, problem)
	}
	if err != nil || hub.ConnFromContext(c.Request().Context()) == nil {
		return redirect(c, versionsPath(id), err)
	}
	return p.showVersions(c, http.StatusOK, who, id, "", "")
}

// Preview is a version compared with the current document.
type Preview struct {
	Document Document
	Version  Version
	Nodes    []yjs.Node // of both, as Diff returns them
	Unread   bool       // the comparison costs too much: Nodes are the version's, or nil
	Cut      bool       // only the beginnings are compared
}

// Preview compares a version with the current document. The error is 404 if the user may not
// read the document or it has no such version.
func (s *Service) Preview(ctx context.Context, userID, docID, id int64) (v Preview, err error) {
	if v.Document, err = s.Document(ctx, userID, docID); err != nil {
		return v, err
	}
	kept, err := s.Version(ctx, userID, docID, id)
	if err != nil {
		return v, err
	}
	v.Version = kept.Version
	if v.Nodes, v.Cut, err = readStart(ctx, budget.DocumentPage, kept.Update); err != nil {
		v.Unread = true
		return v, ignoreTooLarge(err)
	}
	now, cut, err := s.currentStart(ctx, docID, budget.DocumentPage)
	if err != nil {
		v.Unread = true
		return v, ignoreTooLarge(err)
	}
	v.Nodes, v.Cut = Diff(v.Nodes, now), v.Cut || cut
	return v, nil
}

func ignoreTooLarge(err error) error {
	if isTooLarge(err) {
		return nil
	}
	return err
}

func (p pages) version(c echo.Context, who account.User, in versionInput) error {
	v, err := p.documents.Preview(c.Request().Context(), who.ID, int64(in.ID), int64(in.VersionID))
	if err != nil {
		return err
	}
	if hub.ConnFromContext(c.Request().Context()) != nil {
		return action.Page(c, http.StatusOK, VersionPreview(v))
	}
	return p.show(c, http.StatusOK, v.Version.title()+" of "+v.Document.Title, VersionPage(v))
}

func versionsPath(docID int64) string { return path(docID) + "/versions" }

func versionPath(docID, id int64) string { return versionsPath(docID) + "/" + decimal(id) }

func (v Version) keptAt() time.Time { return time.Time(v.CreatedAt) }

// title returns the version's name, or a description if it has none.
func (v Version) title() string {
	switch {
	case v.Name != "":
		return v.Name
	case v.Kind == kindRestore:
		return "Before restoring"
	case v.Kind == kindNamed:
		return "Saved manually"
	}
	return "Automatic version"
}

func (v Version) icon() string {
	switch v.Kind {
	case kindNamed:
		return "star"
	case kindRestore:
		return "undo-2"
	}
	return "history"
}
