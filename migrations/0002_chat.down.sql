drop schema chat cascade;
