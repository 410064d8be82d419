package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"hubbub/internal/notify"
	"hubbub/internal/testkit"
	"hubbub/internal/testkit/apptest"
)

// callers are the columns of routeTable.
var callers = []string{"anonymous", "outsider", "viewer", "member", "owner", "admin"}

// cast maps the callers to users of the demo. Only the admin may change the dashboard.
var cast = map[string]string{"outsider": "amara", "viewer": "jonas", "member": "lin", "owner": "priya", "admin": "sam"}

// world is an app with the callers. Each rule gets new records.
type world struct {
	*apptest.App
	clients map[string]*testkit.Client
	sockets map[string]*testkit.Socket
	service *testkit.PushService
}

func newWorld(t *testing.T) *world {
	service := testkit.NewPushService(t)
	w := &world{
		App:     apptest.Start(t, func(c *apptest.Config) { c.Orders, c.PushAfter, c.PushClient = true, time.Hour, service.Client() }),
		clients: map[string]*testkit.Client{}, sockets: map[string]*testkit.Socket{}, service: service,
	}
	for _, caller := range callers {
		w.clients[caller] = w.signIn(caller)
		w.sockets[caller] = w.clients[caller].Connect("")
	}
	return w
}

// inputName matches the name of a record in a rule's input.
var inputName = regexp.MustCompile(`ROOM|MESSAGE|DOCUMENT|ANCHOR|VIEWER|PRODUCT|SUBSCRIPTION|ENDPOINT`)

func (w *world) signIn(caller string) *testkit.Client {
	if caller == "anonymous" {
		return w.Anonymous()
	}
	return w.As(cast[caller])
}

// target is the request of a rule, with the ids of its records.
type target struct {
	method, path string
	input        string // JSON
}

// target creates the records of a rule and returns its request.
func (w *world) target(r rule) target {
	w.T.Helper()
	things := &things{world: w, made: map[string]string{}}
	return r.target(things.thing)
}

// target replaces the names in the rule by what thing returns for them.
func (r rule) target(thing func(name string) string) target {
	method, path, _ := strings.Cut(r.route, " ")
	path = parameter.ReplaceAllStringFunc(path, func(name string) string { return thing(name[1:]) })
	input := inputName.ReplaceAllStringFunc(r.input, func(name string) string { return thing(strings.ToLower(name)) })
	return target{method, strings.ReplaceAll(path, "*", "nothing"), input}
}

func (w *world) call(caller string, t target, frame, alone bool) testkit.Answer {
	w.T.Helper()
	// A second room with the same name would be a conflict, a second text no change.
	input := strings.ReplaceAll(t.input, "UNIQUE", uuid.NewString())
	if frame {
		var data any
		if input != "" {
			data = json.RawMessage(input)
		}
		return w.sockets[caller].Request(t.method, t.path, data)
	}
	client := w.clients[caller]
	if alone {
		client = w.signIn(caller)
	}
	switch {
	case t.method == http.MethodGet || t.method == http.MethodDelete:
		if values := valuesOf(w.T, input); len(values) > 0 {
			return client.Do(t.method, t.path+"?"+values.Encode(), nil)
		}
		return client.Do(t.method, t.path, nil)
	case strings.HasPrefix(t.path, "/api/"):
		return client.Do(t.method, t.path, input)
	}
	return client.Do(t.method, t.path, valuesOf(w.T, input), "Accept", "text/html")
}

// valuesOf converts a JSON object to a query or form.
func valuesOf(t testing.TB, input string) url.Values {
	t.Helper()
	values := url.Values{}
	if input == "" {
		return values
	}
	fields := map[string]any{}
	decoder := json.NewDecoder(strings.NewReader(input))
	decoder.UseNumber()
	if err := decoder.Decode(&fields); err != nil {
		t.Fatalf("%v: %s", err, input)
	}
	for name, value := range fields {
		values.Set(name, fmt.Sprint(value))
	}
	return values
}

// things creates the records that a rule names, each at its first use.
type things struct {
	*world
	made map[string]string
}

func (th *things) thing(name string) string {
	th.T.Helper()
	if th.made[name] == "" {
		th.made[name] = th.make(name)
	}
	return th.made[name]
}

// make creates a record of the owner's and returns its id.
func (th *things) make(name string) string {
	th.T.Helper()
	owner := th.clients["owner"]
	switch name {
	case "room", "public":
		kind := map[string]string{"room": "private", "public": "public"}[name]
		members := []int64{th.idOf("viewer"), th.idOf("member")}
		return th.post(owner, "/api/rooms", in{"name": uuid.NewString(), "kind": kind, "memberIds": members})
	case "message":
		return th.post(owner, "/api/chat/send", in{"roomId": th.thing("room"), "text": "hi"})
	case "document":
		id := th.post(owner, "/api/documents", in{"title": "Plan"})
		for role, caller := range map[string]string{"viewer": "viewer", "editor": "member"} {
			owner.Do(http.MethodPut, "/api/documents/"+id+"/members", in{"userId": th.idOf(caller), "role": role}).Want(200)
		}
		return id
	case "version":
		return th.post(owner, "/api/documents/"+th.thing("document")+"/versions", in{})
	case "thread":
		comment := in{"anchor": json.RawMessage(th.thing("anchor")), "text": "hi"}
		return th.post(owner, "/api/documents/"+th.thing("document")+"/comments", comment)
	case "anchor":
		return `{"start":{"item":{"client":1,"clock":2}},"end":{"tname":"prosemirror"}}`
	case "viewer":
		return fmt.Sprint(th.idOf("viewer"))
	case "notification":
		return th.notification()
	case "device", "endpoint", "subscription":
		return th.device(name)
	case "session":
		return fmt.Sprint(testkit.As[[]apptest.Fields](th.signIn("owner").Get("/api/sessions").Want(200))[0].ID)
	case "token":
		return th.post(owner, "/api/tokens", in{"name": "robot"})
	case "search":
		return th.post(owner, "/api/search/saved", in{"query": uuid.NewString()})
	case "product":
		return th.post(th.clients["admin"], "/api/products", in{"name": "Lamp", "price": "1.00"})
	case "order":
		return th.post(th.clients["admin"], "/api/orders", in{"customer": "Ben", "productId": th.thing("product"), "quantity": 1})
	}
	th.T.Fatalf("unknown record %s", name)
	return ""
}

func (th *things) post(client *testkit.Client, path string, input in) string {
	th.T.Helper()
	return fmt.Sprint(testkit.As[apptest.Fields](client.Post(path, input).Want(200)).ID)
}

func (w *world) idOf(caller string) int64 {
	w.T.Helper()
	return apptest.Find[int64](w.App, `select id from account.users where handle = $1`, cast[caller])
}

func (th *things) notification() string {
	th.T.Helper()
	err := th.Notify().Send(context.Background(), notify.Notification{
		UserID: th.idOf("owner"), Type: notify.Mention, Key: uuid.NewString(), Title: "Sam mentioned you", URL: "/people", Rule: "Someone mentioned you in a message.",
	})
	if err != nil {
		th.T.Fatal(err)
	}
	return fmt.Sprint(testkit.As[[]apptest.Fields](th.clients["owner"].Get("/api/notifications?limit=1").Want(200))[0].ID)
}

// device subscribes a browser of the owner's and returns the subscription's id or
// endpoint. For "subscription" it returns the JSON of a browser that is not subscribed.
func (th *things) device(name string) string {
	th.T.Helper()
	subscription := th.service.Device(uuid.NewString()).Subscription()
	if name == "subscription" {
		raw, _ := json.Marshal(subscription)
		return string(raw)
	}
	th.clients["owner"].Post("/api/push/subscriptions", subscription).Want(204)
	if name == "endpoint" {
		return subscription.Endpoint
	}
	return fmt.Sprint(testkit.As[[]apptest.Fields](th.clients["owner"].Get("/api/push/subscriptions").Want(200))[0].ID)
}
