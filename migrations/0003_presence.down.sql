drop schema presence cascade;
