package collab

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"hubbub/internal/account"
	"hubbub/internal/base/action"
	"hubbub/internal/base/fault"
	"hubbub/internal/live/hub"
)

// sharing registers a document's members and visibility: as a page, with forms that
// redirect back to it, and over the socket as the content of the dialog.
func (p pages) sharing(g *echo.Group) {
	g.GET("/documents/:id/share", account.PageAction(p.share))
	g.POST("/documents/:id/share", account.PageAction(p.changeVisibility))
	g.POST("/documents/:id/members", account.PageAction(p.addMember))
	g.POST("/documents/:id/members/:userId", account.PageAction(p.changeRole))
	g.POST("/documents/:id/members/:userId/remove", account.PageAction(p.removeMember))
	g.POST("/documents/:id/delete", account.PageAction(p.delete))
}

// maxOffered is how many users the form suggests to add.
const maxOffered = 500

// Sharing is the members and the visibility of a document, as one user sees them.
type Sharing struct {
	Document Document
	Members  []Member
	Others   []account.User // the users that an owner can add
	Viewer   account.User
	Name     string // as entered in the last form
	Problem  string // why the last form was refused
}

// MayManage reports whether the viewer may change the members and the visibility.
func (s Sharing) MayManage() bool { return s.Document.Role == Owner }

func (s Sharing) isMember(u account.User) bool {
	return slices.ContainsFunc(s.Members, func(m Member) bool { return m.User.ID == u.ID })
}

// Sharing returns a document's members and visibility, and subscribes the connection to the
// document. The error is 404 if the user may not read it.
func (s *Service) Sharing(ctx context.Context, conn *hub.Conn, who account.User, docID int64) (v Sharing, err error) {
	if _, err := editionFor(ctx, s.db, docID, who.ID); err != nil {
		return v, err
	}
	if conn != nil {
		s.hub.Subscribe(conn, Resource, docID)
	}
	v.Viewer = who
	if v.Document, err = s.Document(ctx, who.ID, docID); err != nil {
		return v, err
	}
	if v.Members, err = s.Members(ctx, who.ID, docID); err != nil || !v.MayManage() {
		return v, err
	}
	users, err := s.people.Search(ctx, "", maxOffered)
	v.Others = slices.DeleteFunc(users, v.isMember)
	return v, err
}

func (p pages) share(c echo.Context, who account.User, in documentInput) error {
	return p.showSharing(c, http.StatusOK, who, int64(in.ID), "", "")
}

func (p pages) showSharing(c echo.Context, status int, who account.User, id int64, name, problem string) error {
	v, err := p.documents.Sharing(c.Request().Context(), hub.ConnFromContext(c.Request().Context()), who, id)
	if err != nil {
		return err
	}
	v.Name, v.Problem = name, problem
	if hub.ConnFromContext(c.Request().Context()) != nil {
		return action.Page(c, http.StatusOK, SharePanel(v))
	}
	return p.show(c, status, "Share "+v.Document.Title, SharePage(v))
}

// answerSharing answers a form with the sharing, and with the problem if err has one.
func (p pages) answerSharing(c echo.Context, who account.User, id int64, name string, err error) error {
	if problem := problemOf(err); problem != "" {
		return p.showSharing(c, fault.Of(err).Status, who, id, name, problem)
	}
	if err != nil || hub.ConnFromContext(c.Request().Context()) == nil {
		return redirect(c, sharePath(id), err)
	}
	return p.showSharing(c, http.StatusOK, who, id, "", "")
}

type openForm struct {
	ID         action.ID  `json:"id"`
	Visibility Visibility `json:"visibility" required:"true"`
}

func (p pages) changeVisibility(c echo.Context, who account.User, in openForm) error {
	_, err := p.documents.Change(c.Request().Context(), nil, who.ID, int64(in.ID), Draft{Visibility: &in.Visibility})
	return p.answerSharing(c, who, int64(in.ID), "", err)
}

type admitForm struct {
	ID   action.ID `json:"id"`
	Name string    `json:"name" required:"true"`
	Role Role      `json:"role" required:"true"`
}

func (p pages) addMember(c echo.Context, who account.User, in admitForm) error {
	ctx := c.Request().Context()
	member, err := p.documents.findPerson(ctx, in.Name)
	if err == nil {
		_, err = p.documents.Share(ctx, nil, who.ID, int64(in.ID), member, in.Role)
	}
	return p.answerSharing(c, who, int64(in.ID), in.Name, err)
}

// findPerson returns the id of the user with the handle, or with the name if only one user
// has it.
func (s *Service) findPerson(ctx context.Context, name string) (int64, error) {
	handle := strings.ToLower(strings.TrimPrefix(strings.TrimSpace(name), "@"))
	byHandle, err := s.people.ByHandles(ctx, []string{handle})
	if u, known := byHandle[handle]; known || err != nil {
		return u.ID, err
	}
	found, err := s.people.Search(ctx, name, 2)
	switch {
	case err != nil:
		return 0, err
	case len(found) == 0:
		return 0, fault.Invalid("name", "No one here is called “"+name+"”.")
	case len(found) > 1:
		return 0, fault.Invalid("name", "Several people match “"+name+"”. Enter an @handle.")
	}
	return found[0].ID, nil
}

type appointForm struct {
	ID     action.ID `json:"id"`
	UserID action.ID `json:"userId"`
	Role   Role      `json:"role" required:"true"`
}

func (p pages) changeRole(c echo.Context, who account.User, in appointForm) error {
	_, err := p.documents.Share(c.Request().Context(), nil, who.ID, int64(in.ID), int64(in.UserID), in.Role)
	return p.answerSharing(c, who, int64(in.ID), "", err)
}

func (p pages) removeMember(c echo.Context, who account.User, in unshareInput) error {
	err := p.documents.Unshare(c.Request().Context(), nil, who.ID, int64(in.ID), int64(in.UserID))
	if fault.Is(err, http.StatusNotFound) { // a second click
		err = nil
	}
	if err == nil && int64(in.UserID) == who.ID {
		return redirect(c, "/documents", nil)
	}
	return p.answerSharing(c, who, int64(in.ID), "", err)
}

func (p pages) delete(c echo.Context, who account.User, in documentInput) error {
	return redirect(c, "/documents", p.documents.Delete(c.Request().Context(), nil, who.ID, int64(in.ID)))
}

func sharePath(id int64) string { return path(id) + "/share" }

func memberPath(docID, userID int64) string { return path(docID) + "/members/" + decimal(userID) }

func exportPath(id int64, format string) string {
	return "/api" + path(id) + "/export?format=" + format
}
