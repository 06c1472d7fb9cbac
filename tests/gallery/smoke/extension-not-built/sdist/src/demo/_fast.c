int turn;
