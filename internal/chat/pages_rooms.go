package chat

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"hubbub/internal/account"
	"hubbub/internal/base/action"
	"hubbub/internal/base/fault"
	"hubbub/web"
)

const maxListed = 500 // users that a page lists

// NewRoomForm is the form for a new room: its input, and the fault of the last attempt, if any.
type NewRoomForm struct {
	Name  string `json:"name"`
	Topic string `json:"topic"`
	Kind  Kind   `json:"kind"`
	fault *fault.Fault
}

type noInput struct{}

func (p pages) browse(c echo.Context, who account.User, _ noInput) error {
	return p.showRooms(c, http.StatusOK, who, NewRoomForm{Kind: Public})
}

func (p pages) showRooms(c echo.Context, status int, who account.User, form NewRoomForm) error {
	ctx := c.Request().Context()
	public, err := p.chat.Rooms(ctx, nil, who, true)
	if err != nil {
		return err
	}
	mine, err := p.chat.Rooms(ctx, nil, who, false)
	if err != nil {
		return err
	}
	return p.show(c, status, "Rooms", RoomsPage(listedRooms(public, mine), form))
}

// listedRooms returns the rooms that the user may read, without direct rooms: the user's own rooms first, then other
// public rooms, archived ones last.
func listedRooms(public, mine []Room) []Room {
	rooms := slices.DeleteFunc(slices.Concat(mine, public), func(r Room) bool { return r.Kind == Direct })
	seen := map[int64]bool{}
	rooms = slices.DeleteFunc(rooms, func(r Room) bool {
		duplicate := seen[r.ID]
		seen[r.ID] = true
		return duplicate
	})
	slices.SortStableFunc(rooms, func(a, b Room) int { return rank(a) - rank(b) })
	return rooms
}

func rank(r Room) int {
	switch {
	case r.Archived:
		return 2
	case r.Role == "":
		return 1
	}
	return 0
}

func (p pages) create(c echo.Context, who account.User, in NewRoomForm) error {
	room, err := p.chat.Create(c.Request().Context(), nil, who, NewRoom{Name: in.Name, Topic: in.Topic, Kind: in.Kind})
	if problemOf(err) != "" {
		in.fault = fault.Of(err)
		return p.showRooms(c, in.fault.Status, who, in)
	}
	return redirect(c, roomPath(room.ID), err)
}

func (p pages) people(c echo.Context, who account.User, _ noInput) error {
	people, err := p.chat.people.Search(c.Request().Context(), "", maxListed)
	if err != nil {
		return err
	}
	return p.show(c, http.StatusOK, "People", PeoplePage(p.chat.people.ProfilesOf(c.Request().Context(), people), who))
}

// Settings is the content of the page with a room's details.
type Settings struct {
	Room      Room
	Members   []Participant
	Others    []account.User // users who can be invited
	MayManage bool
	Viewer    account.User
	Problem   string // why the last form failed; empty: it did not
}

func (p pages) settings(c echo.Context, who account.User, in roomForm) error {
	return p.showSettings(c, http.StatusOK, who, int64(in.ID), "")
}

func (p pages) showSettings(c echo.Context, status int, who account.User, id int64, problem string) error {
	ctx := c.Request().Context()
	room, err := p.chat.Room(ctx, who, id)
	if err != nil {
		return err
	}
	s := Settings{Room: room, MayManage: room.mayManage(who), Viewer: who, Problem: problem}
	if s.Members, err = p.chat.Members(ctx, who, id); err != nil {
		return err
	}
	if room.Kind != Direct && room.Role != "" {
		all, err := p.chat.people.Search(ctx, "", maxListed)
		if err != nil {
			return err
		}
		s.Others = slices.DeleteFunc(all, s.hasMember)
	}
	return p.show(c, status, room.title()+" details", SettingsPage(s))
}

func (s Settings) hasMember(u account.User) bool {
	return slices.ContainsFunc(s.Members, func(m Participant) bool { return m.User.ID == u.ID })
}

type changeForm struct {
	ID       action.ID    `json:"id"`
	Name     *string      `json:"name"`
	Topic    *string      `json:"topic"`
	Archived *action.Bool `json:"archived"`
}

func (p pages) change(c echo.Context, who account.User, in changeForm) error {
	id := int64(in.ID)
	change := RoomChange{Name: in.Name, Topic: in.Topic, Archived: (*bool)(in.Archived)}
	_, err := p.chat.Update(c.Request().Context(), nil, who, id, change)
	return p.backToSettings(c, who, id, err)
}

type memberForm struct {
	ID     action.ID `json:"id"`
	UserID action.ID `json:"userId" required:"true"`
}

func (p pages) invite(c echo.Context, who account.User, in memberForm) error {
	_, err := p.chat.AddMember(c.Request().Context(), nil, who, int64(in.ID), int64(in.UserID))
	return p.backToSettings(c, who, int64(in.ID), err)
}

func (p pages) remove(c echo.Context, who account.User, in memberForm) error {
	err := p.chat.RemoveMember(c.Request().Context(), nil, who, int64(in.ID), int64(in.UserID))
	if fault.Is(err, http.StatusNotFound) { // the form was submitted twice
		err = nil
	}
	return p.backToSettings(c, who, int64(in.ID), err)
}

func (p pages) backToSettings(c echo.Context, who account.User, id int64, err error) error {
	if problem := problemOf(err); problem != "" {
		return p.showSettings(c, fault.Of(err).Status, who, id, problem)
	}
	return redirect(c, roomPath(id)+"/settings", err)
}

// fieldError returns what is wrong with a field, as a sentence, or "" if nothing is.
func (f NewRoomForm) fieldError(field string) string {
	if f.fault == nil {
		return ""
	}
	if reason := f.fault.Errors[field]; reason != "" {
		return label(field) + " " + reason + "."
	}
	if field == "name" && len(f.fault.Errors) == 0 {
		return f.fault.Detail
	}
	return ""
}

// sentence returns the fault in one line: its detail, or what is wrong with its fields.
func sentence(f *fault.Fault) string {
	if len(f.Errors) == 0 {
		return f.Detail
	}
	var parts []string
	for field, reason := range f.Errors {
		parts = append(parts, label(field)+" "+reason+".")
	}
	slices.Sort(parts)
	return strings.Join(parts, " ")
}

var labels = map[string]string{"text": "The message", "name": "The name", "topic": "The topic", "kind": "The kind"}

func label(field string) string {
	if l, ok := labels[field]; ok {
		return l
	}
	return field
}

func topicField(topic, problem string) web.FieldProps {
	return web.FieldProps{
		ID: "topic", Label: "Topic", Value: topic, Error: problem, MaxLength: maxTopic,
		Autocomplete: "off", Placeholder: "What is this room about?",
	}
}

func nameField(name, problem string) web.FieldProps {
	return web.FieldProps{
		ID: "name", Label: "Name", Value: name, Error: problem, MaxLength: maxName,
		Autocomplete: "off", Required: true,
	}
}
