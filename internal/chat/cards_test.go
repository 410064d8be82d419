package chat

import (
	"slices"
	"testing"
)

func TestCardLinksAreTakenFromTheHTML(t *testing.T) {
	text := "[one](/documents/1) and https://hubbub.example/documents/2?a=1&b=2, [again](/documents/1)\n\n" +
		"`https://hubbub.example/documents/3`"
	m := Message{HTML: rendered(t, text)}
	want := []string{"/documents/1", "https://hubbub.example/documents/2?a=1&b=2"}
	if got := m.links(); !slices.Equal(got, want) {
		t.Errorf("links returns %q, want %q, for %s", got, want, m.HTML)
	}
}

func TestCardsAreLimitedAndUnique(t *testing.T) {
	m := Message{HTML: rendered(t, "[a](/1) [b](/2) [c](/3) [d](/4) [a too](/one)")}
	one := Card{URL: "/1"}
	cards := m.cards(map[string]Card{"/1": one, "/one": one, "/3": {URL: "/3"}})
	if len(cards) != 2 || cards[0].URL != "/1" || cards[1].URL != "/3" {
		t.Errorf("cards returns %+v, want /1 and /3", cards)
	}
}
