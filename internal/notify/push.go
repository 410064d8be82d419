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

	"hubbub/internal/base/fault"
	"hubbub/internal/live/wire"
)

const (
	pushAfter = 10 * time.Second // time to see the toast, and for a tab to report that it is hidden

	maxDevices  = 10   // of a user; the one that was renewed the longest ago is dropped
	maxEndpoint = 1024 // characters; those of today's push services have about 200
	authLength  = 16   // bytes, by RFC 8291

	maxPushTitle = 120 // characters: lock screens show less
	maxPushBody  = 240
	maxPushURL   = 256 // with the above, all fits into the one record that a push may have, however it is escaped
)

// Subscription is a browser's subscription to pushes, as its Push API returns it.
type Subscription struct {
	Endpoint string
	P256dh   string // base64url
	Auth     string // base64url
}

// Device is a Subscription as its user sees it.
type Device struct {
	ID          int64      `json:"id"`
	Name        string     `json:"device"` // "Firefox on Linux"
	Endpoint    string     `json:"endpoint"`
	CreatedAt   wire.Time  `json:"createdAt"`
	DeliveredAt *wire.Time `json:"deliveredAt"` // null: never
	FailedAt    *wire.Time `json:"failedAt"`    // null: never
	Failure     string     `json:"failure"`     // the last failure; empty: a later push was delivered
}

// Delivery is what became of the push of a notification to one device.
type Delivery struct {
	Device string    `json:"device"`
	State  string    `json:"state"`
	At     wire.Time `json:"at"`
	Detail string    `json:"detail"`
}

// The states of a delivery, as in the column.
const (
	deliveryWaiting      = "waiting"     // to be sent, or retried
	deliveryPushed       = "shown"       // the push service accepted it
	deliveryFailed       = "failed"      // the push service did not accept it, and there is no retry
	deliveryUnsubscribed = "gone"        // the device is no longer subscribed
	deliveryDropped      = "dropped"     // it was read before it could be sent
	deliveryWithdrawing  = "withdrawing" // it was read: the device has to close it
	deliveryWithdrawn    = "withdrawn"   // a push that closes it was sent
	deliveryLeft         = "left"        // the device shows it until it opens Hubbub: see Pusher.closeShown
)

// The endings of a subscription, as in the column.
const (
	endedByUser    = "removed"
	endedByService = "gone"
)

// normalize checks a subscription and returns it with its keys in unpadded base64url.
// The address behind a host name is checked when a push is sent, because it can
// change.
func (sub Subscription) normalize(allowPrivate bool) (Subscription, error) {
	if reason := endpointProblem(sub.Endpoint, allowPrivate); reason != "" {
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

// endpointProblem returns why an endpoint cannot be that of a push service, or "".
func endpointProblem(endpoint string, allowPrivate bool) string {
	at, err := url.Parse(endpoint)
	switch {
	case len(endpoint) > maxEndpoint:
		return "must not be longer than 1024 characters"
	case err != nil || at.Scheme != "https" || at.Hostname() == "" || at.User != nil || at.Fragment != "":
		return "must be an https address"
	case !allowPrivate && (at.Port() != "" && at.Port() != pushPort || !isPublicName(at.Hostname())):
		return "must be the address of a push service"
	}
	return ""
}

// isPublicName reports whether a host can be one of the internet.
func isPublicName(host string) bool {
	if address, err := netip.ParseAddr(host); err == nil {
		return isPublic(address)
	}
	return strings.Contains(strings.Trim(host, "."), ".") && !strings.HasSuffix(strings.TrimRight(host, "."), ".localhost")
}

// reservedNetworks are networks, beside those that netip.Addr knows, that are not of
// the internet, or translate to addresses that may not be.
var reservedNetworks = parsePrefixes(
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

// isPublic reports whether an address is one of the internet. No subscription may
// make this server send requests to its own network.
func isPublic(address netip.Addr) bool {
	address = address.Unmap()
	if !address.IsGlobalUnicast() || address.IsPrivate() || address.Zone() != "" {
		return false
	}
	for _, network := range reservedNetworks {
		if network.Contains(address) {
			return false
		}
	}
	return true
}

// payload is what the service worker (sw.js) gets: no more than it shows.
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

// pushMessage is a payload with the parameters for the push service.
type pushMessage struct {
	payload
	topic  string // replaces the message of the same topic that waits at the push service; empty: none
	ttl    time.Duration
	urgent bool
}

const (
	pushTTL     = 24 * time.Hour   // a device that was off for longer need not show it, nor close it
	testTTL     = time.Minute      // the user is waiting for it
	pushTimeout = 10 * time.Second // for one answer of a push service
)

// tagOf returns the tag of a notification on a device: the next one with the same
// tag replaces it.
func tagOf(notificationID int64) string { return "n" + strconv.FormatInt(notificationID, 10) }

// topicOf returns the topic of a group at the push service, where a newer message
// replaces an older one of the same topic. It is a hash, from which the service
// learns nothing else. RFC 8030 allows 32 characters.
func topicOf(userID int64, group string) string {
	sum := sha256.Sum256([]byte(strconv.FormatInt(userID, 10) + " " + group))
	return base64.RawURLEncoding.EncodeToString(sum[:24])
}

// newPushMessage returns the message that shows a notification.
func newPushMessage(d pushJob) pushMessage {
	return pushMessage{
		payload: payload{
			Kind: "show", Tag: tagOf(d.notificationID), ID: d.notificationID,
			Title: cut(d.title, maxPushTitle), Body: cut(d.message, maxPushBody), URL: d.href(),
			At: d.createdAt.UnixMilli(), Alert: d.notificationType != Reaction,
		},
		topic: d.topic(), ttl: pushTTL,
		urgent: d.notificationType == Mention || d.notificationType == Direct || d.notificationType == Reply,
	}
}

// href returns where the notification leads, or the list if the URL is too long for a
// push.
func (d pushJob) href() string {
	if len(d.url) > maxPushURL {
		return "/notifications"
	}
	return d.url
}

func (d pushJob) topic() string {
	if d.groupKey != "" {
		return topicOf(d.userID, d.groupKey)
	}
	return topicOf(d.userID, tagOf(d.notificationID))
}

// newWithdrawal returns the message that closes notifications on a device. If it is
// for one, it also replaces a push of it that waits at the push service.
func newWithdrawal(shown []pushJob) pushMessage {
	p := pushMessage{payload: payload{Kind: "withdraw"}, ttl: pushTTL}
	for _, d := range shown {
		p.Tags = append(p.Tags, tagOf(d.notificationID))
	}
	if len(shown) == 1 {
		p.topic = shown[0].topic()
	}
	return p
}

func newTestMessage(now time.Time) pushMessage {
	return pushMessage{
		payload: payload{
			Kind: "show", Tag: "test", Title: "Push notifications work",
			Body: "Hubbub notifies you here when you’re away.", URL: "/notifications", At: now.UnixMilli(), Alert: true,
		},
		ttl: testTTL, urgent: true,
	}
}

func cut(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}

const (
	maxAttempts     = 6                // with the pauses below: 20 minutes
	firstRetryPause = 10 * time.Second // each is three times as long as the one before
	maxRetryPause   = time.Hour        // whatever a push service asks for
)

// retryPause returns how long to wait after the failed attempt with the number
// attempts; asked is what the push service asked for, or 0. It returns false after
// the last attempt.
func retryPause(attempts int, asked time.Duration) (time.Duration, bool) {
	pause := firstRetryPause
	for range attempts - 1 {
		pause *= 3
	}
	return min(max(pause, asked), maxRetryPause), attempts < maxAttempts
}

// requiresVisible reports whether the browser behind an endpoint ends a subscription
// that gets pushes without showing something. Safari does, after three of them;
// other browsers have a budget for silent pushes, within which
// silentPushesPerDay stays.
func requiresVisible(endpoint string) bool {
	at, err := url.Parse(endpoint)
	return err != nil || strings.HasSuffix(at.Hostname(), ".push.apple.com")
}

const silentPushesPerDay = 5 // withdrawals that a device gets
