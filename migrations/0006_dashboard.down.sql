drop schema dashboard cascade;
