drop table notify.push_deliveries, notify.pushes, notify.push_endings, notify.push_subscriptions, notify.push_keys;
