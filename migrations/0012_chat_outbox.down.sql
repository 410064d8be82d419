drop index chat.alerts_due;
