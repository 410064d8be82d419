package account

import "strings"

// Substrings of a User-Agent and the usual names for them; the first that it contains
// counts. Browsers also name those that they are compatible with, so the order matters.
var (
	browserNames = [][2]string{{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"CriOS/", "Chrome"}, {"Safari/", "Safari"}}
	systemNames  = [][2]string{{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"Mac OS X", "Mac"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"}}
)

// BrowserOf returns the usual name of the browser of a User-Agent: "Firefox on Linux".
func BrowserOf(agent string) string { return describeAgent(sanitizeAgent(agent)) }

// describeAgent is BrowserOf for a User-Agent that is sanitized already.
func describeAgent(agent string) string {
	browser, system := firstMatch(agent, browserNames), firstMatch(agent, systemNames)
	switch {
	case browser != "" && system != "":
		return browser + " on " + system
	case browser != "":
		return browser
	case agent != "":
		return truncateRunes(agent, 40)
	}
	return "Unknown device"
}

func firstMatch(agent string, words [][2]string) string {
	for _, word := range words {
		if strings.Contains(agent, word[0]) {
			return word[1]
		}
	}
	return ""
}
