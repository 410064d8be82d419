drop schema account cascade;
