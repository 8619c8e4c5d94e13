-- Links to providers are gone with the table; the people stay.

DROP TABLE user_providers;
