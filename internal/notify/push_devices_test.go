package notify

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"hubbub/internal/base/fault"
	"hubbub/internal/testkit"
)

func TestPushSubscriptionMovesToTheNewUser(t *testing.T) {
	p := newPushTest(t)
	shared := p.subscribed("shared", sam)
	p.send(Notification{UserID: sam, Type: Direct, Key: "message:1", Title: "For Sam", URL: "/", Rule: "It is."})
	if err := p.push.Subscribe(t.Context(), maya, browserNamed("shared"), shared.subscription()); err != nil {
		t.Fatal(err)
	}
	p.send(mention("message:2"))
	p.advance(pushAfter)
	if got := shared.wantPushes(1)[0]; got.Title != "Sam mentioned you" {
		t.Errorf("the device shows %+v", got.payload)
	}
	if devices, _ := p.push.Devices(t.Context(), sam); len(devices) != 0 {
		t.Errorf("Sam still has %+v", devices)
	}
	id := p.deviceIDs(maya)[0]
	wantFault(t, p.push.Remove(t.Context(), sam, id), http.StatusNotFound)
	wantFault(t, p.push.Unsubscribe(t.Context(), sam, shared.subscription().Endpoint), http.StatusNotFound)
	_, err := p.push.Test(t.Context(), sam, id)
	wantFault(t, err, http.StatusNotFound)
}

func TestPushDeliveryDoesNotFollowTheDeviceToAnotherUser(t *testing.T) {
	p := newPushTest(t)
	shared := p.subscribed("shared", maya)
	shared.Answers(http.StatusServiceUnavailable)
	p.send(mention("message:1"))
	p.advance(pushAfter)
	shared.Answers(http.StatusCreated)
	if err := p.push.Subscribe(t.Context(), sam, browserNamed("shared"), shared.subscription()); err != nil {
		t.Fatal(err)
	}
	p.advance(maxRetryPause)
	shared.wantPushes(0)
	p.wantState(p.newest(), deliveryUnsubscribed)
}

func TestPushIsNotSentAfterSignOut(t *testing.T) {
	p := newPushTest(t)
	laptop := p.laptop()
	laptop.Answers(http.StatusServiceUnavailable)
	p.send(mention("message:1"))
	p.advance(pushAfter)
	laptop.Answers(http.StatusCreated)
	p.sessions.ended.Store("session of laptop", true)
	p.advance(maxRetryPause)
	laptop.wantPushes(0)
	if ids := p.deviceIDs(maya); len(ids) != 0 {
		t.Errorf("subscriptions that are left: %v", ids)
	}
}

func TestPushDeviceThatWasRemovedIsNotRenewed(t *testing.T) {
	p := newPushTest(t)
	laptop := p.laptop()
	if err := p.push.Remove(t.Context(), maya, p.deviceIDs(maya)[0]); err != nil {
		t.Fatal(err)
	}
	b := browserNamed("laptop")
	b.Renew = true
	wantFault(t, p.push.Subscribe(t.Context(), maya, b, laptop.subscription()), http.StatusNotFound)
	moved := p.device("laptop's new address").subscription()
	b.Replaces = laptop.subscription().Endpoint
	wantFault(t, p.push.Subscribe(t.Context(), maya, b, moved), http.StatusNotFound)
	if err := p.push.Subscribe(t.Context(), maya, browserNamed("laptop"), laptop.subscription()); err != nil {
		t.Errorf("the user subscribes again: %v", err)
	}
	b.Replaces = ""
	if err := p.push.Subscribe(t.Context(), maya, b, laptop.subscription()); err != nil {
		t.Errorf("the browser renews: %v", err)
	}
	b.Key = "of another instance"
	wantFault(t, p.push.Subscribe(t.Context(), maya, b, laptop.subscription()), http.StatusGone)
}

func TestPushDevicesAreLimited(t *testing.T) {
	p := newPushTest(t)
	for i := range maxDevices + 2 {
		p.subscribed(fmt.Sprint("device ", i), maya)
		p.clock.advance(time.Second)
	}
	devices, err := p.push.Devices(t.Context(), maya)
	if err != nil || len(devices) != maxDevices || devices[0].Name != "device 11" || devices[maxDevices-1].Name != "device 2" {
		t.Errorf("there are %+v, %v", devices, err)
	}
}

func TestPushTestReturnsItsResult(t *testing.T) {
	p := newPushTest(t)
	laptop := p.laptop()
	failure, err := p.push.Test(t.Context(), maya, p.deviceIDs(maya)[0])
	if err != nil || failure != "" || laptop.wantPushes(1)[0].Tag != "test" {
		t.Errorf("%q, %v", failure, err)
	}
	laptop.Answers(http.StatusBadGateway)
	if failure, err = p.push.Test(t.Context(), maya, p.deviceIDs(maya)[0]); err != nil || !strings.Contains(failure, "502") {
		t.Errorf("%q, %v", failure, err)
	}
}

func TestPushSubscriptionIsValidated(t *testing.T) {
	good := (&device{testkit.NewPushService(t).Device("x"), t}).subscription()
	good.Endpoint = "https://push.example.com/x"
	for name, change := range map[string]func(*Subscription){
		"endpoint":    func(s *Subscription) { s.Endpoint = "http://push.example.com/x" },
		"endpoint ":   func(s *Subscription) { s.Endpoint = "https://user@push.example.com/x" },
		"endpoint  ":  func(s *Subscription) { s.Endpoint = "https://push.example.com/" + strings.Repeat("x", maxEndpoint) },
		"endpoint1":   func(s *Subscription) { s.Endpoint = "https://127.0.0.1/x" },
		"endpoint2":   func(s *Subscription) { s.Endpoint = "https://[::1]/x" },
		"endpoint3":   func(s *Subscription) { s.Endpoint = "https://localhost/x" },
		"endpoint4":   func(s *Subscription) { s.Endpoint = "https://push.example.com:22/x" },
		"endpoint5":   func(s *Subscription) { s.Endpoint = "https:///x" },
		"keys.p256dh": func(s *Subscription) { s.P256dh = s.P256dh[:80] },
		"keys.p256dh ": func(s *Subscription) {
			s.P256dh = "B" + strings.Repeat("A", 86) // no point of the curve
		},
		"keys.auth":  func(s *Subscription) { s.Auth = s.Auth[:10] },
		"keys.auth ": func(s *Subscription) { s.Auth = "!" },
	} {
		s := good
		change(&s)
		_, err := s.normalize(false)
		if err == nil || fault.Of(err).Errors[strings.TrimRight(name, " 012345")] == "" {
			t.Errorf("%s: %+v was accepted, or refused for another reason: %v", name, s, err)
		}
	}
	good.P256dh += "="
	if clean, err := good.normalize(false); err != nil || strings.Contains(clean.P256dh, "=") {
		t.Errorf("%+v, %v", clean, err)
	}
}

func TestPushAddressMustBePublic(t *testing.T) {
	for address, want := range map[string]bool{
		"142.250.1.95": true, "2a00:1450:4001::5f": true,
		"127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false,
		"100.64.1.1": false, "0.0.0.0": false, "0.1.2.3": false, "224.0.0.1": false, "255.255.255.255": false, "192.0.0.8": false,
		"198.18.0.1": false, "240.0.0.1": false, "::1": false, "::": false, "fe80::1": false, "fe80::1%eth0": false, "fc00::1": false,
		"ff02::1": false, "::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "::127.0.0.1": false, "64:ff9b::7f00:1": false,
		"2002:7f00:1::1": false, "2001:db8::1": false, "2001::1": false,
	} {
		if got := isPublic(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s is public: %v", address, got)
		}
	}
}

func TestPushClientRefusesPrivateAddresses(t *testing.T) {
	service := testkit.NewPushService(t)
	laptop := &device{service.Device("laptop"), t}
	keys, err := newVAPIDKeys()
	if err != nil {
		t.Fatal(err)
	}
	client := publicClient()
	defer client.CloseIdleConnections()
	to := laptop.subscription()
	for _, endpoint := range []string{to.Endpoint, strings.Replace(to.Endpoint, "127.0.0.1", "localhost", 1)} {
		to.Endpoint = endpoint
		r := pushClient{client: client}.post(t.Context(), keys, to, newTestMessage(time.Now()))
		if r.accepted() || r.temporary() || !strings.Contains(r.detail, "not public") {
			t.Errorf("%s: %+v", endpoint, r)
		}
	}
	if err := client.CheckRedirect(nil, nil); err != http.ErrUseLastResponse {
		t.Errorf("redirects are followed: %v", err)
	}
	if tries := laptop.Tries(); tries != 0 {
		t.Error("the push service was called")
	}
}
