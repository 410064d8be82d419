package notify

import (
	"crypto/ecdh"
	"crypto/sha256"
	"encoding/base64"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"hubbub/internal/fault"
	"hubbub/internal/wire"
)

const (
	pushAfter = 10 * time.Second // time to see the toast, and for a tab to say that it is out of sight

	maxDevices  = 10   // of a person; the one that was silent for longest makes room
	maxEndpoint = 1024 // characters; those of today's push services have about 200
	authLength  = 16   // bytes, by RFC 8291

	maxPushTitle = 120 // characters: lock screens show less
	maxPushBody  = 240
	maxPushURL   = 256 // with the above, all fits into the one record that a push may have, however it is escaped
)

// Subscription is a browser that wants pushes, as its Push API describes it.
type Subscription struct {
	Endpoint string
	P256dh   string // base64url
	Auth     string // base64url
}

// Device is a Subscription as its person sees it.
type Device struct {
	ID          int64      `json:"id"`
	Name        string     `json:"device"` // "Firefox on Linux"
	Endpoint    string     `json:"endpoint"`
	CreatedAt   wire.Time  `json:"createdAt"`
	DeliveredAt *wire.Time `json:"deliveredAt"` // null: never
	FailedAt    *wire.Time `json:"failedAt"`    // null: never
	Failure     string     `json:"failure"`     // of the last failure; empty: it has been well since
}

// Delivery is what became of a notification on its way to one device.
type Delivery struct {
	Device string    `json:"device"`
	State  string    `json:"state"`
	At     wire.Time `json:"at"`
	Detail string    `json:"detail"`
}

// The states of a delivery, as in the column.
const (
	waiting      = "waiting"     // to be sent, or sent again
	pushed       = "shown"       // the push service took it
	failed       = "failed"      // it did not, and will not
	unsubscribed = "gone"        // the device is not subscribed any more
	dropped      = "dropped"     // it was read before it could be sent
	withdrawing  = "withdrawing" // it was read: the device is to be told
	withdrawn    = "withdrawn"   // the device was told to close it
	left         = "left"        // it stays until the device opens Hubbub: its browser minds silence
)

// The endings of a subscription, as in the column.
const (
	endedByPerson  = "removed"
	endedByService = "gone"
)

// clean checks a subscription, and writes its keys in one way. Where it leads is
// only looked at when something is sent: names change their addresses.
func (sub Subscription) clean(anywhere bool) (Subscription, error) {
	if reason := endpointProblem(sub.Endpoint, anywhere); reason != "" {
		return sub, fault.Invalid("endpoint", reason)
	}
	point, ok := decodeKey(sub.P256dh)
	if _, err := ecdh.P256().NewPublicKey(point); !ok || err != nil {
		return sub, fault.Invalid("keys.p256dh", "must be a public key of the curve P-256")
	}
	secret, ok := decodeKey(sub.Auth)
	if !ok || len(secret) != authLength {
		return sub, fault.Invalid("keys.auth", "must be 16 bytes")
	}
	sub.P256dh, sub.Auth = base64.RawURLEncoding.EncodeToString(point), base64.RawURLEncoding.EncodeToString(secret)
	return sub, nil
}

// decodeKey accepts base64 of either alphabet, padded or not.
func decodeKey(key string) ([]byte, bool) {
	key = strings.NewReplacer("+", "-", "/", "_").Replace(strings.TrimRight(key, "="))
	raw, err := base64.RawURLEncoding.DecodeString(key)
	return raw, err == nil
}

// endpointProblem tells at once what could never be a push service.
func endpointProblem(endpoint string, anywhere bool) string {
	at, err := url.Parse(endpoint)
	switch {
	case len(endpoint) > maxEndpoint:
		return "must not be longer than 1024 characters"
	case err != nil || at.Scheme != "https" || at.Hostname() == "" || at.User != nil || at.Fragment != "":
		return "must be an https address"
	case !anywhere && (at.Port() != "" && at.Port() != pushPort || !publicName(at.Hostname())):
		return "must be the address of a push service"
	}
	return ""
}

func publicName(host string) bool {
	if address, err := netip.ParseAddr(host); err == nil {
		return public(address)
	}
	return strings.Contains(strings.Trim(host, "."), ".") && !strings.HasSuffix(strings.TrimRight(host, "."), ".localhost")
}

// reserved are the networks, beside those that netip.Addr knows, that lead to
// no machine of the internet, or to one by a detour.
var reserved = parsePrefixes(
	"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
	"203.0.113.0/24", "240.0.0.0/4", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32",
	"2002::/16", "3fff::/20", "5f00::/16",
)

func parsePrefixes(all ...string) []netip.Prefix {
	var prefixes []netip.Prefix
	for _, p := range all {
		prefixes = append(prefixes, netip.MustParsePrefix(p))
	}
	return prefixes
}

// public says whether an address is one of the internet: no subscription makes
// this server call its own network.
func public(address netip.Addr) bool {
	address = address.Unmap()
	if !address.IsGlobalUnicast() || address.IsPrivate() || address.Zone() != "" {
		return false
	}
	for _, network := range reserved {
		if network.Contains(address) {
			return false
		}
	}
	return true
}

// payload is what a service worker gets: no more than it shows. See sw.js.
type payload struct {
	Kind  string   `json:"kind"` // show, withdraw
	Tag   string   `json:"tag,omitempty"`
	Tags  []string `json:"tags,omitempty"` // of withdraw
	ID    int64    `json:"id,omitempty"`   // of the notification, to mark it as read
	Title string   `json:"title,omitempty"`
	Body  string   `json:"body,omitempty"`
	URL   string   `json:"url,omitempty"`
	At    int64    `json:"at,omitempty"`    // Unix milliseconds
	Alert bool     `json:"alert,omitempty"` // sounds again when it replaces one that is shown
}

// parcel is a payload with what the push service needs to know of it.
type parcel struct {
	payload
	topic  string // what waits at the push service under the same is replaced; empty: nothing
	ttl    time.Duration
	urgent bool
}

const (
	keepFor        = 24 * time.Hour   // a device that was off for longer need not show it, nor close it
	keepTestFor    = time.Minute      // somebody is looking at the device
	patienceOfPush = 10 * time.Second // for one answer of a push service
)

// tagOf names a notification on a device's screen: the next with the same tag
// replaces it.
func tagOf(notificationID int64) string { return "n" + strconv.FormatInt(notificationID, 10) }

// topicOf names what replaces what at the push service: of a group the newer
// one the older. It tells the service nothing else. RFC 8030 allows 32 characters.
func topicOf(userID int64, group string) string {
	sum := sha256.Sum256([]byte(strconv.FormatInt(userID, 10) + " " + group))
	return base64.RawURLEncoding.EncodeToString(sum[:24])
}

// parcelOf is what is sent of a notification.
func parcelOf(d due) parcel {
	return parcel{
		payload: payload{
			Kind: "show", Tag: tagOf(d.notificationID), ID: d.notificationID,
			Title: cut(d.title, maxPushTitle), Body: cut(d.message, maxPushBody), URL: d.address(),
			At: d.createdAt.UnixMilli(), Alert: d.kind != Reaction,
		},
		topic: d.topic(), ttl: keepFor, urgent: d.kind == Mention || d.kind == Direct || d.kind == Reply,
	}
}

// address is where it leads; to the list, if it is too long to be told.
func (d due) address() string {
	if len(d.url) > maxPushURL {
		return "/notifications"
	}
	return d.url
}

func (d due) topic() string {
	if d.groupKey != "" {
		return topicOf(d.userID, d.groupKey)
	}
	return topicOf(d.userID, tagOf(d.notificationID))
}

// withdrawal closes what a device shows. Of one notification it also replaces
// the push that may still wait for the device.
func withdrawal(shown []due) parcel {
	p := parcel{payload: payload{Kind: "withdraw"}, ttl: keepFor}
	for _, d := range shown {
		p.Tags = append(p.Tags, tagOf(d.notificationID))
	}
	if len(shown) == 1 {
		p.topic = shown[0].topic()
	}
	return p
}

func test(now time.Time) parcel {
	return parcel{
		payload: payload{
			Kind: "show", Tag: "test", Title: "Push works on this device",
			Body: "This is how Hubbub tells you of what you would miss.", URL: "/notifications", At: now.UnixMilli(), Alert: true,
		},
		ttl: keepTestFor, urgent: true,
	}
}

func cut(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}

const (
	mostAttempts = 6                // with the pauses below: 20 minutes
	firstPause   = 10 * time.Second // then three times as long each
	longestPause = time.Hour        // whatever a push service asks for
)

// pauseAfter is how long to wait after a failed attempt; asked is what the push
// service said, 0 if nothing. False: it was the last.
func pauseAfter(attempts int, asked time.Duration) (time.Duration, bool) {
	pause := firstPause
	for range attempts - 1 {
		pause *= 3
	}
	return min(max(pause, asked), longestPause), attempts < mostAttempts
}

// mindsSilence says whether a browser takes the right to push away from those who push
// without showing something. Safari does, after three times; others have a
// budget of silence, within which silentADay stays.
func mindsSilence(endpoint string) bool {
	at, err := url.Parse(endpoint)
	return err != nil || strings.HasSuffix(at.Hostname(), ".push.apple.com")
}

const silentADay = 5 // withdrawals, a device
