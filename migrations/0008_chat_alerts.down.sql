drop table chat.alerts;
