drop schema collab cascade;
