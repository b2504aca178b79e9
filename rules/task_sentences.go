package rules

// taskSentence says why a task is of today.
func (r Reason) taskSentence(l int) sentence {
	switch r.Rule {
	case RuleDeadline:
		return sentence{r.timeLeft(), []any{term("kind:"+r.Kind, l), r.Hours, count(r.Hours, "hour", "hours"), r.Hours / 24, count(r.Hours/24, "day", "days")}}
	case RuleOverdue:
		if r.Days == 0 {
			return sentence{words: [2]string{"今天的期限已过", "was due earlier today"}}
		}
		words := [2]string{"应于 %[1]s 完成，已逾期 %[2]d 天", "was due on %[1]s, %[3]s late"}
		return sentence{words, []any{r.Due, r.Days, count(r.Days, "day", "days")}}
	case RulePromised:
		return sentence{[2]string{"已承诺 %[1]s 前完成", "promised for %[1]s"}, []any{r.Due}}
	}
	return sentence{words: [2]string{"今天到期", "due today"}}
}

// inHours is for how long people count the hours since a deadline; then they count days.
const inHours = 72

// timeLeft are the words for the hours until a deadline or since.
func (r Reason) timeLeft() [2]string {
	switch {
	case r.Past && r.Hours == 0:
		return [2]string{"%[1]s：刚刚超过时限", "%[1]s: the deadline has just passed"}
	case r.Past && r.Hours > inHours:
		return [2]string{"%[1]s：已超过时限 %[4]d 天", "%[1]s: %[5]s past the deadline"}
	case r.Past:
		return [2]string{"%[1]s：已超过时限 %[2]d 小时", "%[1]s: %[3]s past the deadline"}
	case r.Hours == 0:
		return [2]string{"%[1]s：还剩不到 1 小时", "%[1]s: less than an hour left"}
	}
	return [2]string{"%[1]s：还剩 %[2]d 小时", "%[1]s: %[3]s left"}
}
