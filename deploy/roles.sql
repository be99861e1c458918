-- The three roles and the database, once, as superuser: psql --file deploy/roles.sql
-- Passwords come from the environment: IYS_OWNER_PASSWORD, IYS_APP_PASSWORD, IYS_EXPIRY_PASSWORD.
\set ON_ERROR_STOP on
\getenv owner_password IYS_OWNER_PASSWORD
\getenv app_password IYS_APP_PASSWORD
\getenv expiry_password IYS_EXPIRY_PASSWORD
CREATE ROLE iys_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE iys_app LOGIN PASSWORD :'app_password';
CREATE ROLE iys_expiry LOGIN PASSWORD :'expiry_password';
SELECT :SERVER_VERSION_NUM >= 170000 AS builtin \gset
\if :builtin
CREATE DATABASE iys OWNER iys_owner TEMPLATE template0 ENCODING 'UTF8'
    LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C';
\else
CREATE DATABASE iys OWNER iys_owner TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';
\endif
REVOKE ALL ON DATABASE iys FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE iys TO iys_app;
GRANT CONNECT ON DATABASE iys TO iys_expiry;
\connect iys
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE iys_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
