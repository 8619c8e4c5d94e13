-- All grants go with the table; ownership stands in threat_models.

DROP TABLE threat_model_access;
