package chat

import (
	"context"
	"html"
	"regexp"
	"slices"

	"hubbub/internal/account"
	"hubbub/internal/base/fault"
	"hubbub/internal/live/wire"
)

// Card is the preview of something that a message links to, for one reader.
type Card struct {
	URL   string          `json:"url"`
	Icon  string          `json:"-"`
	Title string          `json:"title"`
	By    account.Profile `json:"by"` // the user who changed it last
	At    wire.Time       `json:"at"` // of the last change
}

// Cards finds the cards of links; internal/app implements it on the features that links lead to.
//
// A card depends on its reader's rights, and an event is rendered once for every user. So no event has cards: a page
// that is rendered for one reader has them, and web/static/chat/cards.js requests those of messages that come later.
type Cards interface {
	// Cards returns the cards by link. Links that have no card, or whose target the reader may not read, are left out.
	Cards(ctx context.Context, readerID int64, links []string) (map[string]Card, error)
}

// noCards is the Cards of an app without cards.
type noCards struct{}

func (noCards) Cards(context.Context, int64, []string) (map[string]Card, error) { return nil, nil }

const maxCards = 3 // cards a message, so that links do not crowd out the text

var hrefs = regexp.MustCompile(`<a href="([^"]+)"`)

// links returns the addresses that the message links to, each once, in the order of the text.
func (m Message) links() []string {
	var links []string
	for _, found := range hrefs.FindAllStringSubmatch(m.HTML, -1) {
		if link := html.UnescapeString(found[1]); !slices.Contains(links, link) {
			links = append(links, link)
		}
	}
	return links
}

// CardsOf returns the message and its cards; 404 if the reader may not see its room or it is deleted.
func (s *Service) CardsOf(ctx context.Context, who account.User, messageID int64) (Message, []Card, error) {
	m, err := messageByID(ctx, s.db, messageID)
	if err != nil {
		return m, nil, err
	}
	if _, err := access(ctx, s.db, who.ID, m.RoomID); err != nil {
		return m, nil, err
	}
	if m.Deleted() {
		return m, nil, fault.NotFound()
	}
	cards, err := s.cardsOf(ctx, who.ID, []Message{m})
	return m, cards[m.ID], err
}

// cardsOf returns the cards of the messages by message, with one call of Cards for all of them.
func (s *Service) cardsOf(ctx context.Context, readerID int64, messages []Message) (map[int64][]Card, error) {
	var links []string
	for _, m := range messages {
		links = append(links, m.links()...)
	}
	cards := map[int64][]Card{}
	if len(links) == 0 {
		return cards, nil
	}
	found, err := s.cards.Cards(ctx, readerID, links)
	if err != nil {
		return nil, err
	}
	for _, m := range messages {
		cards[m.ID] = m.cards(found)
	}
	return cards, nil
}

// cards returns the message's cards, at most maxCards, from those that were found by link. Two links to the same target
// have one card.
func (m Message) cards(found map[string]Card) []Card {
	cards := []Card{}
	for _, link := range m.links() {
		card, ok := found[link]
		if ok && len(cards) < maxCards && !slices.ContainsFunc(cards, func(c Card) bool { return c.URL == card.URL }) {
			cards = append(cards, card)
		}
	}
	return cards
}
