package app

import (
	"fmt"
	"testing"

	"hubbub/internal/testkit"
)

func TestAnonymousSocketTakesIdentityOfSignIn(t *testing.T) {
	t.Parallel()
	app := startApp(t)
	app.anonymous().SignUp("Nora Quist")
	for path, body := range map[string]string{
		"/api/login":  `{"email":"nora.quist@test.example","password":"correct horse battery"}`,
		"/api/signup": `{"fullName":"Otto Quist","email":"otto.quist@test.example","password":"correct horse battery"}`,
	} {
		page := testkit.Browser(t).Person(t, app.at()).Goto("/playground")
		page.AllowErrors("401")
		page.Until(`io.socket.isConnected() && io.socket.userId === null`)
		page.Until(`io.socket.get("/api/me").then(a => a.statusCode === 401)`)
		status := testkit.Eval[int](page, fmt.Sprintf(`fetch(%q, { method: "POST", headers: { "Content-Type": "application/json" }, body: %q }).then(a => a.status)`, path, body))
		if status != 200 {
			t.Fatalf("%s answered %d", path, status)
		}
		page.Until(`io.socket.isConnected() && io.socket.userId > 0`)
		page.Until(`io.socket.get("/api/me").then(a => a.statusCode === 200 && a.body.fullName.endsWith("Quist"))`)
	}
}
