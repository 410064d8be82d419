package app

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strconv"

	"hubbub/internal/chat"
)

// documentCards lets chat show cards of the documents that messages link to.
type documentCards struct{ app *App }

// Cards returns the card of each link that leads to a document of this instance
// which the reader may read. It reads all documents in one query.
func (d documentCards) Cards(ctx context.Context, readerID int64, links []string) (map[string]chat.Card, error) {
	documents := map[string]int64{}
	var ids []int64
	for _, link := range links {
		if id := d.app.linkedDocument(link); id != 0 {
			documents[link] = id
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := d.app.collab.DocumentsByID(ctx, readerID, ids)
	if err != nil {
		return nil, err
	}
	cards := map[string]chat.Card{}
	for link, id := range documents {
		if doc, readable := found[id]; readable {
			cards[link] = chat.Card{URL: fmt.Sprint("/documents/", id), Icon: "file-text", Title: doc.Title, By: doc.UpdatedBy, At: doc.UpdatedAt}
		}
	}
	return cards, nil
}

var documentLink = regexp.MustCompile(`^/documents/([1-9][0-9]{0,17})$`)

// linkedDocument returns the id of the document of this instance to which the link
// leads, or 0.
func (a *App) linkedDocument(link string) int64 {
	to, err := url.Parse(link)
	if err != nil || !a.isHere(to) {
		return 0
	}
	found := documentLink.FindStringSubmatch(to.Path)
	if found == nil {
		return 0
	}
	id, _ := strconv.ParseInt(found[1], 10, 64)
	return id
}

// isHere reports whether a URL leads to this instance: it has no host, or the host
// of BASE_URL. Without BASE_URL, localhost and 127.0.0.1 with the app's port count.
func (a *App) isHere(to *url.URL) bool {
	switch {
	case to.Host == "":
		return to.Scheme == ""
	case a.config.BaseURL != nil:
		return to.Host == a.config.BaseURL.Host
	}
	_, port, _ := net.SplitHostPort(a.listener.Addr().String())
	return to.Host == "localhost:"+port || to.Host == "127.0.0.1:"+port
}
