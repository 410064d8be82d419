package testkit

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// PushService is a push service with the browsers that are subscribed to it. It checks
// the sender's signature (RFC 8292) and decrypts the pushes (RFC 8291).
type PushService struct {
	*httptest.Server
	t testing.TB

	mu      sync.Mutex
	devices map[string]*PushDevice
}

// PushDevice is a subscribed browser.
type PushDevice struct {
	service *PushService
	name    string
	private *ecdh.PrivateKey
	auth    []byte

	answer http.HandlerFunc // nil: pushes are accepted
	got    []Push
	tries  int
}

// Push is a push that a device received.
type Push struct {
	Text   string // decrypted
	Header http.Header
	Signed PushClaims
	Key    string // the sender's public key, base64url
}

// PushClaims are the claims that the sender signed.
type PushClaims struct {
	Aud string `json:"aud"`
	Exp int64  `json:"exp"`
	Sub string `json:"sub"`
}

// NewPushService starts a push service. The http.Client that trusts it is its Client.
func NewPushService(t testing.TB) *PushService {
	t.Helper()
	s := &PushService{t: t, devices: map[string]*PushDevice{}}
	s.Server = httptest.NewTLSServer(http.HandlerFunc(s.take))
	t.Cleanup(s.Close)
	return s
}

// Device adds a browser. Its name is part of its endpoint.
func (s *PushService) Device(name string) *PushDevice {
	s.t.Helper()
	private, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	d := &PushDevice{service: s, name: name, private: private, auth: make([]byte, 16)}
	rand.Read(d.auth)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.devices["/"+name] = d
	return d
}

// PushSubscription is a browser's subscription in JSON.
type PushSubscription struct {
	Endpoint string   `json:"endpoint"`
	Keys     PushKeys `json:"keys"`
}

// PushKeys are the keys with which a push is encrypted for the browser, base64url.
type PushKeys struct {
	P256dh string `json:"p256dh"`
	Auth   string `json:"auth"`
}

// Subscription returns the device's subscription.
func (d *PushDevice) Subscription() PushSubscription {
	return PushSubscription{Endpoint: d.service.URL + "/" + d.name, Keys: PushKeys{
		P256dh: base64.RawURLEncoding.EncodeToString(d.private.PublicKey().Bytes()),
		Auth:   base64.RawURLEncoding.EncodeToString(d.auth),
	}}
}

// Answers sets the answer to pushes for this device from now on. headers are names and
// values in turn. With 201 the device accepts pushes again.
func (d *PushDevice) Answers(status int, headers ...string) {
	d.service.mu.Lock()
	defer d.service.mu.Unlock()
	d.answer = func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
	}
	if status == http.StatusCreated {
		d.answer = nil
	}
}

// Hangs makes the service answer pushes for this device only when release is called.
// It then answers 201.
func (d *PushDevice) Hangs() (release func()) {
	released := make(chan struct{})
	d.service.mu.Lock()
	defer d.service.mu.Unlock()
	d.answer = func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-released:
		case <-r.Context().Done():
		}
		w.WriteHeader(http.StatusCreated)
	}
	return sync.OnceFunc(func() { close(released) })
}

// Received returns the pushes that the device has received.
func (d *PushDevice) Received() []Push {
	d.service.mu.Lock()
	defer d.service.mu.Unlock()
	return slices.Clone(d.got)
}

// Tries returns how often a push to the device was attempted.
func (d *PushDevice) Tries() int {
	d.service.mu.Lock()
	defer d.service.mu.Unlock()
	return d.tries
}

// WantPushes waits until the device has received n pushes, and returns them.
func (d *PushDevice) WantPushes(n int) []Push {
	d.service.t.Helper()
	Eventually(d.service.t, fmt.Sprintf("%d pushes to %s", n, d.name), Timeout, func() bool { return len(d.Received()) >= n })
	return d.Received()
}

// Tries returns how often a push to any device was attempted.
func (s *PushService) Tries() (tries int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.devices {
		tries += d.tries
	}
	return tries
}

// find returns the device at the path and counts an attempt. answer is nil if the
// device accepts the push.
func (s *PushService) find(path string) (d *PushDevice, answer http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d = s.devices[path]; d == nil {
		return nil, nil
	}
	d.tries++
	return d, d.answer
}

func (s *PushService) take(w http.ResponseWriter, r *http.Request) {
	d, answer := s.find(r.URL.Path)
	switch {
	case d == nil:
		w.WriteHeader(http.StatusNotFound)
		return
	case answer != nil:
		answer(w, r)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	message, err := d.open(r)
	if err != nil {
		s.t.Errorf("a push could not be decrypted or verified: %v", err)
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	d.got = append(d.got, message)
	w.WriteHeader(http.StatusCreated)
}

func (d *PushDevice) open(r *http.Request) (m Push, err error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return m, err
	}
	m.Header = r.Header
	if m.Signed, m.Key, err = verifyVAPID(r.Header.Get("Authorization")); err != nil {
		return m, err
	}
	if coding := r.Header.Get("Content-Encoding"); coding != "aes128gcm" {
		return m, fmt.Errorf("encoded as %q", coding)
	}
	m.Text, err = d.decrypt(body)
	return m, err
}

// decrypt follows RFC 8291 §3.4, and RFC 8188 for the single record.
func (d *PushDevice) decrypt(body []byte) (string, error) {
	salt, size, sender, sealed := body[:16], binary.BigEndian.Uint32(body[16:20]), body[21:21+int(body[20])], body[21+int(body[20]):]
	if len(body) > 4096 || len(sealed) > int(size) {
		return "", fmt.Errorf("a body of %d bytes, records of %d", len(body), size)
	}
	theirs, err := ecdh.P256().NewPublicKey(sender)
	if err != nil {
		return "", err
	}
	shared, err := d.private.ECDH(theirs)
	if err != nil {
		return "", err
	}
	info := "WebPush: info\x00" + string(d.private.PublicKey().Bytes()) + string(sender)
	key, _ := hkdf.Key(sha256.New, shared, d.auth, info, 32)
	content, _ := hkdf.Key(sha256.New, key, salt, "Content-Encoding: aes128gcm\x00", 16)
	nonce, _ := hkdf.Key(sha256.New, key, salt, "Content-Encoding: nonce\x00", 12)
	block, _ := aes.NewCipher(content)
	gcm, _ := cipher.NewGCM(block)
	padded, err := gcm.Open(nil, nonce, sealed, nil)
	if err != nil {
		return "", err
	}
	text, last := strings.CutSuffix(strings.TrimRight(string(padded), "\x00"), "\x02")
	if !last {
		return "", fmt.Errorf("not the last record: %q", text)
	}
	return text, nil
}

// verifyVAPID parses "vapid t=<token>, k=<key>" and checks the token's signature.
func verifyVAPID(header string) (c PushClaims, key string, err error) {
	fields, ok := strings.CutPrefix(header, "vapid t=")
	token, key, both := strings.Cut(fields, ", k=")
	parts := strings.Split(token, ".")
	if !ok || !both || len(parts) != 3 {
		return c, key, fmt.Errorf("no VAPID token: %q", header)
	}
	decoded := make([][]byte, 4)
	for i, part := range append(parts, key) {
		if decoded[i], err = base64.RawURLEncoding.DecodeString(part); err != nil {
			return c, key, err
		}
	}
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), decoded[3])
	if err != nil {
		return c, key, err
	}
	digest, signature := sha256.Sum256([]byte(parts[0]+"."+parts[1])), decoded[2]
	if len(signature) != 64 || !ecdsa.Verify(public, digest[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])) {
		return c, key, fmt.Errorf("the signature is not that of %s", key)
	}
	var head struct{ Alg, Typ string }
	if err := json.Unmarshal(decoded[0], &head); err != nil || head.Alg != "ES256" || head.Typ != "JWT" {
		return c, key, fmt.Errorf("unexpected header of the token: %+v: %v", head, err)
	}
	if err := json.Unmarshal(decoded[1], &c); err != nil {
		return c, key, err
	}
	if left := time.Until(time.Unix(c.Exp, 0)); left <= 0 || left > 24*time.Hour {
		return c, key, fmt.Errorf("the token is valid for %v", left)
	}
	return c, key, nil
}
