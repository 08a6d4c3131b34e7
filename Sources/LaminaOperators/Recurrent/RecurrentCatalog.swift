import LaminaCore

extension OperatorCatalog {
  package static let recurrent: [any Operator.Type] = [
    LSTM.self, GRU.self, RNN.self, SequenceLSTM.self, SequenceRNN.self, SVDF.self,
    BasicLSTMCell.self,
  ]
}
