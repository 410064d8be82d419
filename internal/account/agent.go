package account

import "strings"

// Words in a User-Agent and what people call them; the first that is in it
// counts. Each browser also names those that it is compatible with, so the
// order matters.
var (
	browserWords = [][2]string{{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"CriOS/", "Chrome"}, {"Safari/", "Safari"}}
	systemWords  = [][2]string{{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"Mac OS X", "Mac"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"}}
)

// BrowserOf is what people call the browser of a User-Agent: "Firefox on Linux".
func BrowserOf(agent string) string { return browserOf(cleanAgent(agent)) }

// browserOf is a User-Agent as people say it: "Firefox on Linux".
func browserOf(agent string) string {
	browser, system := firstWord(agent, browserWords), firstWord(agent, systemWords)
	switch {
	case browser != "" && system != "":
		return browser + " on " + system
	case browser != "":
		return browser
	case agent != "":
		return cutRunes(agent, 40)
	}
	return "An unnamed program"
}

func firstWord(agent string, words [][2]string) string {
	for _, word := range words {
		if strings.Contains(agent, word[0]) {
			return word[1]
		}
	}
	return ""
}
