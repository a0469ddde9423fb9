"""Operations, their battles, fronts and reserves."""
