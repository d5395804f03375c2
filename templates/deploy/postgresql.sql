-- Run once by a database administrator:  psql -v ON_ERROR_STOP=1 -v password="'…'" -f postgresql.sql
-- One database holds one estate. cxready makes its three schemas itself: cxready_pilot, cxready_budgets, cxready_engine.
CREATE ROLE cxready LOGIN PASSWORD :password NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS CONNECTION LIMIT 200;
CREATE DATABASE cxready_northwind OWNER cxready ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE cxready_northwind FROM PUBLIC;
\connect cxready_northwind
REVOKE ALL ON SCHEMA public FROM PUBLIC;
