package account_test

import (
	"fmt"
	"net/http"
	"testing"

	"hubbub/internal/testkit/apptest"
	"hubbub/internal/testkit/browser"
)

func TestSignInPagesRefuseTheSocket(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	sam := app.As("sam")
	live := sam.Connect("")
	for path, data := range map[string]any{
		"/signin":      map[string]string{"email": "maya@example.com", "password": "x"},
		"/signin/demo": map[string]string{"as": "maya"},
		"/signup":      map[string]string{"fullName": "Ann Other", "email": "ann@test.example", "password": "correct horse battery"},
		"/signout":     nil,
	} {
		live.Post(path, data).Want(http.StatusBadRequest)
	}
	live.Get("/api/me", nil).Want(http.StatusOK).WantBody("Sam Rivera")
	sam.Get("/api/me").Want(http.StatusOK).WantBody("Sam Rivera")
}

func TestAnonymousSocketTakesIdentityOfSignIn(t *testing.T) {
	t.Parallel()
	app := apptest.Start(t)
	app.Anonymous().SignUp("Nora Quist")
	for path, body := range map[string]string{
		"/api/login":  `{"email":"nora.quist@test.example","password":"correct horse battery"}`,
		"/api/signup": `{"fullName":"Otto Quist","email":"otto.quist@test.example","password":"correct horse battery"}`,
	} {
		page := browser.Start(t).Person(t, app.BaseURL()).Goto("/playground")
		page.AllowErrors("401")
		page.Until(`io.socket.isConnected() && io.socket.userId === null`)
		page.Until(`io.socket.get("/api/me").then(a => a.statusCode === 401)`)
		status := browser.Eval[int](page, fmt.Sprintf(`fetch(%q, { method: "POST", headers: { "Content-Type": "application/json" }, body: %q }).then(a => a.status)`, path, body))
		if status != 200 {
			t.Fatalf("%s answered %d", path, status)
		}
		page.Until(`io.socket.isConnected() && io.socket.userId > 0`)
		page.Until(`io.socket.get("/api/me").then(a => a.statusCode === 200 && a.body.fullName.endsWith("Quist"))`)
	}
}
