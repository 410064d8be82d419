package chat

import (
	"context"
	"html"
	"regexp"
	"slices"

	"hubbub/internal/account"
	"hubbub/internal/fault"
	"hubbub/internal/wire"
)

// Card is what a reader may know of something that a message links to.
type Card struct {
	URL   string          `json:"url"`
	Icon  string          `json:"-"`
	Title string          `json:"title"`
	By    account.Profile `json:"by"` // who changed it last…
	At    wire.Time       `json:"at"` // …and when
}

// Cards knows what links lead to: an adapter in cmd/app asks the features. A
// broadcast is drawn once for everybody, and what a link leads to is not for
// everybody's eyes: so cards are in no event. A page that is drawn for one reader
// has them, and chat/cards.js asks for those of messages that come later.
type Cards interface {
	// Cards returns what the reader may know of links, by link; of any other link
	// there is none.
	Cards(ctx context.Context, readerID int64, links []string) (map[string]Card, error)
}

// noCards is the app of which nothing has a card.
type noCards struct{}

func (noCards) Cards(context.Context, int64, []string) (map[string]Card, error) { return nil, nil }

// ShowCards lets links have cards from now on. Call it before serving.
func (s *Service) ShowCards(cards Cards) { s.cards = cards }

// maxCards is how many a message has at most: more are a list, not an aside.
const maxCards = 3

var hrefs = regexp.MustCompile(`<a href="([^"]+)"`)

// links are the addresses in a message, each once, in their order.
func (m Message) links() []string {
	var links []string
	for _, found := range hrefs.FindAllStringSubmatch(m.HTML, -1) {
		if link := html.UnescapeString(found[1]); !slices.Contains(links, link) {
			links = append(links, link)
		}
	}
	return links
}

// CardsOf returns the cards of a message that the reader may read.
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

// cardsOf asks once for all messages.
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

// cards are the message's among those that were found; two links to the same
// thing have one.
func (m Message) cards(found map[string]Card) []Card {
	cards := []Card{}
	for _, link := range m.links() {
		card, has := found[link]
		if has && len(cards) < maxCards && !slices.ContainsFunc(cards, func(c Card) bool { return c.URL == card.URL }) {
			cards = append(cards, card)
		}
	}
	return cards
}
