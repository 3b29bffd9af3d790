/* The model's vocab.txt, as it is, in the program's read-only data. MINILM_VOCAB is its path. */
        .section .rodata
        .globl  minilm_vocabulary_begin
        .globl  minilm_vocabulary_end
minilm_vocabulary_begin:
        .incbin MINILM_VOCAB
minilm_vocabulary_end:
        .section .note.GNU-stack, "", @progbits
