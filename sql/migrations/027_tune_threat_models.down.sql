-- Pages are filled to the brim again, as they are written anew.

ALTER TABLE threat_models
  RESET (fillfactor);
