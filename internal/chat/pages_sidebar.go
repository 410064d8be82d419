package chat

import (
	"context"
	"fmt"

	"github.com/a-h/templ"

	"hubbub/internal/account"
	"hubbub/web"
)

// maxPeople is how many people without a direct room the sidebar offers; all
// are under /people.
const maxPeople = 20

type sidebarView struct {
	rooms, direct []Room
	others        []account.Profile // people whom the viewer has no direct room with
	more          int               // and how many there are besides
	people        map[int64]account.Profile
	online        int   // of the others in the workspace
	current       int64 // the room that is open; 0: none
}

// Sidebar is the person's rooms and people, as every page shows them.
func (s *Service) Sidebar(ctx context.Context, who account.User, current int64) (templ.Component, error) {
	rooms, err := roomsOf(ctx, s.db, who.ID)
	if err != nil {
		return nil, err
	}
	people, err := s.people.Search(ctx, "", maxListed)
	if err != nil {
		return nil, err
	}
	return sidebar(newSidebar(who, rooms, s.people.ProfilesOf(ctx, people), current)), nil
}

func newSidebar(who account.User, rooms []Room, people []account.Profile, current int64) sidebarView {
	s := sidebarView{current: current, people: map[int64]account.Profile{}}
	known := map[int64]bool{who.ID: true}
	for _, room := range rooms {
		switch {
		case room.Kind == Direct:
			s.direct = append(s.direct, room)
			known[room.With] = true
		case !room.Archived || room.ID == current:
			s.rooms = append(s.rooms, room)
		}
	}
	for _, p := range people {
		s.people[p.ID] = p
		if p.IsOnline && p.ID != who.ID {
			s.online++
		}
		if known[p.ID] {
			continue
		}
		if len(s.others) < maxPeople {
			s.others = append(s.others, p)
		} else {
			s.more++
		}
	}
	return s
}

func (s sidebarView) item(room Room) web.NavItemProps {
	p := web.NavItemProps{
		ID: "room-link-" + decimal(room.ID), Href: roomPath(room.ID), Label: room.Name, Icon: room.icon(), Palette: "Rooms",
		Current: room.ID == s.current, Muted: room.Archived, Count: room.Unread, Mentioned: room.needsAttention(),
		Attrs: templ.Attributes{
			"data-room": decimal(room.ID), "data-seq": decimal(room.Seq), "data-read-seq": decimal(room.ReadSeq),
			"data-unread": fmt.Sprint(room.Unread), "data-mentions": fmt.Sprint(room.Mentions), "data-kind": string(room.Kind),
		},
	}
	if room.Kind == Direct {
		avatar := presenceAvatar(s.people[room.With], web.AvatarSmall)
		p.Palette, p.Avatar = "People", &avatar
	}
	return p
}

// callsFor says whether what is unread is about the person: it names them, or
// is written to nobody else.
func (r Room) needsAttention() bool { return r.Mentions > 0 || r.Kind == Direct && r.Unread > 0 }

func (r Room) icon() string {
	switch r.Kind {
	case Private:
		return "lock"
	case Direct:
		return "message-square"
	}
	return "hash"
}

// title is the room as it is named in a sentence.
func (r Room) title() string {
	if r.Kind == Public {
		return "#" + r.Name
	}
	return r.Name
}

func personPath(id int64) string { return "/people/" + decimal(id) }
