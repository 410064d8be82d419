package chat_test

import "testing"

func TestChatPopoversAreAccessible(t *testing.T) {
	t.Parallel()
	_, _, sam, maya := openRoomForTwo(t)
	sam.ReduceMotion()
	sam.Send("mine").WantMessage("mine")
	maya.Send("yours")
	sam.WantMessage("yours")
	sam.UseTool("[data-emoji]").Want("#emoji").WantAccessibleInBothThemes().Press("Escape").WantNo("#emoji")
	sam.Type("#compose", "@").Want("#mentions").WantAccessibleInBothThemes().Press("Escape").Clear("#compose")
	sam.Click(`[popovertarget="formatting"]`).Want("#formatting").WantAccessibleInBothThemes().Press("Escape").WantNo("#formatting")
	sam.UseTool("[data-do=reply]").Want("[data-reply]").WantAccessibleInBothThemes().Press("Escape")
	sam.Type("#compose", "").Press("ArrowUp").Press("ArrowUp").Press("e").Want(".editor").WantAccessibleInBothThemes().Press("Escape").WantNo(".editor")
	sam.Type("#compose", "").Press("ArrowUp").Press("ArrowUp").Click(".message:focus [data-do=delete]").Want("#delete-message").WantAccessibleInBothThemes()
	sam.Press("Escape").WantNo("#delete-message")
	sam.OpenBell().WantAccessibleInBothThemes().Click(".notice-more").Want(".notice-row .menu").WantAccessibleInBothThemes().Press("Escape").WantNo(".notice-row .menu")
	sam.UseNoticeTool("Why did I get this?").WantFocus(".notice-why").WantAccessibleInBothThemes().Press("Escape").WantNo("#notifications")
}

func TestChatLogIsNavigatedByKeys(t *testing.T) {
	t.Parallel()
	app, room, sam, _ := openRoomForTwo(t)
	sendLines(app, app.As("maya"), room, 1, 3)
	sam.WantMessage("line 3.").Type("#compose", "").Press("ArrowUp").WantFocus(".message:last-of-type, .message:nth-last-child(1 of .message)")
	sam.Press("ArrowUp").Press("ArrowUp").WantFocus(".message:nth-child(1 of .message)").Press("End").WantFocus(".message:nth-last-child(1 of .message)")
	sam.Press("Home").WantFocus(".message:nth-child(1 of .message)").Press("Tab").WantFocus(".message:nth-child(1 of .message) .message-tools button")
	sam.Press("Escape").WantFocus("#compose").Press("ArrowUp").Press("ArrowDown").WantFocus("#compose")
}
