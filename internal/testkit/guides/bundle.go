package guides

import (
	"bytes"
	_ "embed"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

var (
	//go:embed text/patterns.md
	patterns string
	//go:embed text/real-time-applications.md
	realTimeApplications string
	//go:embed text/getting-started.md
	gettingStarted string
	//go:embed text/realtime-concepts.md
	realtimeConcepts string
	//go:embed stage/patterns.jsx
	patternsStage string
	//go:embed stage/socketio.jsx
	socketIOStage string
	//go:embed stage/online_users.jsx
	onlineUsersStage string
	//go:embed stage/live_search.jsx
	liveSearchStage string
	//go:embed stage/use_presence.jsx
	usePresenceStage string
	//go:embed stage/notification_bell.jsx
	notificationBellStage string
	//go:embed stage/notification_center.jsx
	notificationCenterStage string
	//go:embed stage/dashboard.jsx
	dashboardStage string
	//go:embed stage/collaborative_editor.jsx
	collaborativeEditorStage string
)

// code returns the guide's fenced block after a line such as a heading, unchanged.
func code(guide, heading string) string {
	_, rest, found := strings.Cut(guide, "\n"+heading+"\n")
	if !found {
		panic("no " + heading + " in the guide")
	}
	_, rest, _ = strings.Cut(rest, "\n```")
	_, rest, _ = strings.Cut(rest, "\n") // the name of the language
	block, _, _ := strings.Cut(rest, "\n```")
	return block
}

// frontend returns the browser's part of a block of the second guide.
func frontend(block string) string {
	_, part, found := strings.Cut(block, "// Frontend\n")
	if !found {
		panic("no frontend in the guide's block")
	}
	return part
}

// inline returns the last script of a block of HTML.
func inline(block string) string {
	begin := strings.LastIndex(block, "<script")
	_, script, _ := strings.Cut(block[begin:], ">")
	script, _, found := strings.Cut(script, "</script>")
	if begin < 0 || !found {
		panic("no script in the guide's block")
	}
	return script
}

var (
	patternsBundle = sync.OnceValues(func() (string, error) {
		return compile(code(patterns, "### Client: React Chat Component") + "\n" + patternsStage)
	})
	socketIOBundle = sync.OnceValues(func() (string, error) {
		return compile(code(realTimeApplications, "## Example 2: React WebSocket Client") + "\n" + socketIOStage)
	})
	onlineUsersBundle = sync.OnceValues(func() (string, error) {
		return compile(code(patterns, "### Client: Online Users List") + "\n" + onlineUsersStage)
	})
	notificationBellBundle = sync.OnceValues(func() (string, error) {
		return compile(code(patterns, "### Client: Notification Toast") + "\n" + notificationBellStage)
	})
	notificationCenterBundle = sync.OnceValues(func() (string, error) {
		_, center, _ := strings.Cut(code(realTimeApplications, "## Example 5: Real-Time Notifications"), "// Frontend: Notification center\n")
		return compile(code(realTimeApplications, "## Example 2: React WebSocket Client") + "\n" + center + "\n" + notificationCenterStage)
	})
	dashboardBundle = sync.OnceValues(func() (string, error) {
		return compile(code(patterns, "### Client: Auto-Updating Dashboard") + "\n" + dashboardStage)
	})
	collaborativeEditorBundle = sync.OnceValues(func() (string, error) {
		_, editor, _ := strings.Cut(code(realTimeApplications, "## Example 6: Live Collaboration"), "// React: Collaborative editor\n")
		return compile(editor + "\n" + collaborativeEditorStage)
	})
	liveSearchBundle = sync.OnceValues(func() (string, error) {
		return compile(code(patterns, "### Client: Live Search Results") + "\n" + liveSearchStage)
	})
	usePresenceBundle = sync.OnceValues(func() (string, error) {
		return compile(code(realTimeApplications, "## Example 2: React WebSocket Client") + "\n" +
			frontend(code(realTimeApplications, "## Example 4: Presence System")) + "\n" + usePresenceStage)
	})
)

// compile bundles a module, React and the files of stage/ into one script.
func compile(module string) (string, error) {
	stage := stageDir()
	cmd := exec.Command(filepath.Join(stage, "../../../../node_modules/.bin/esbuild"),
		"--bundle", "--format=iife", "--loader=jsx", "--jsx=automatic", "--log-level=error",
		"--alias:socket.io-client=./socket.io-client.js",
		"--define:process.env.REACT_APP_WS_URL=location.origin",
		`--define:process.env.NODE_ENV="production"`)
	cmd.Dir = stage
	cmd.Stdin = strings.NewReader(module)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, os.Stderr
	err := cmd.Run()
	return out.String(), err
}

// stageDir returns the folder in which esbuild finds what the guides import.
func stageDir() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "stage")
}

// compiled returns a bundle's script. It skips the test if the npm packages are not
// installed, or fails it if CI is set.
func compiled(t testing.TB, bundle func() (string, error)) string {
	t.Helper()
	if _, err := os.Stat(filepath.Join(stageDir(), "../../../../node_modules/react")); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("react and esbuild are not installed: run npm ci")
		}
		t.Skip("SKIPPED, NO REACT: the guides' code was not tested. Run npm ci.")
	}
	script, err := bundle()
	if err != nil {
		t.Fatal("compile the guide's code:", err)
	}
	return script
}
