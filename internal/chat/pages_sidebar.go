package chat

import (
	"context"
	"fmt"

	"github.com/a-h/templ"

	"hubbub/internal/account"
	"hubbub/web"
)

const maxPeople = 20 // users without a direct room that the sidebar lists; /people lists more

type sidebarView struct {
	rooms, direct []Room
	others        []account.Profile // users without a direct room with the viewer, at most maxPeople
	more          int               // how many further such users there are
	people        map[int64]account.Profile
	online        int   // how many users are online, without the viewer
	current       int64 // the room that is open; 0: none
}

// Sidebar returns the user's rooms and the other users, as every page shows them. current is the open room, or 0.
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
	listed := map[int64]bool{who.ID: true} // the viewer, and those in a direct room with them
	for _, room := range rooms {
		switch {
		case room.Kind == Direct:
			s.direct = append(s.direct, room)
			listed[room.With] = true
		case !room.Archived || room.ID == current:
			s.rooms = append(s.rooms, room)
		}
	}
	for _, p := range people {
		s.people[p.ID] = p
		if p.IsOnline && p.ID != who.ID {
			s.online++
		}
		if listed[p.ID] {
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

// needsAttention reports whether unread messages mention the user or are in a direct room.
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

// title returns the room's name as it is written in a sentence.
func (r Room) title() string {
	if r.Kind == Public {
		return "#" + r.Name
	}
	return r.Name
}

func personPath(id int64) string { return "/people/" + decimal(id) }
