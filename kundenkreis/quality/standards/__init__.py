"""How good the house's data are: rules (data), who fails them (findings), figures by owner, team and source, and proofs of look-ups."""
