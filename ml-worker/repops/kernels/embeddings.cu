// Rows of a table by their ids. Ids were checked against the table before.

KERNEL embedding(const float* table, const u32* ids, float* out, u64 length, u32 columns) {
    FOR_EACH(i, length) out[i] = table[(u64)ids[quotient(i, columns)] * columns + remainder_of(i, columns)];
}

// The mean over the positions of a row whose id is not 0; `positions` of them in a row.
KERNEL embedding_mean(const float* table, const u32* ids, float* out, u64 length, u32 columns, u32 positions) {
    FOR_EACH(i, length) {
        const u32* row = ids + quotient(i, columns) * positions;
        u32 column = remainder_of(i, columns);
        u32 count = 0;
        float sum = 0.0f;
        for (u32 position = 0; position < positions; ++position) {
            u32 id = row[position];
            if (id != 0) {
                sum = add(sum, table[(u64)id * columns + column]);
                ++count;
            }
        }
        out[i] = count > 0 ? div(sum, __uint2float_rn(count)) : 0.0f;
    }
}

// The gradient of a table. `order` lists positions by id, those of an id in ascending order; those of id `v` are at
// `starts[v]` up to `starts[v + 1]`.
KERNEL embedding_grad(const u32* starts, const u32* order, const float* g, float* out, u64 length, u32 columns) {
    FOR_EACH(i, length) {
        u64 id = quotient(i, columns);
        u32 column = remainder_of(i, columns);
        float sum = 0.0f;
        for (u32 at = starts[id]; at < starts[id + 1]; ++at) sum = add(sum, g[(u64)order[at] * columns + column]);
        out[i] = sum;
    }
}

// The same where a row of `positions` positions shares a gradient, divided by the number of them that count.
KERNEL embedding_mean_grad(const u32* starts, const u32* order, const u32* counts, const float* g, float* out,
                           u64 length, u32 columns, u32 positions) {
    FOR_EACH(i, length) {
        u64 id = quotient(i, columns);
        u32 column = remainder_of(i, columns);
        float sum = 0.0f;
        for (u32 at = starts[id]; at < starts[id + 1]; ++at) {
            u32 row = order[at] / positions;
            sum = add(sum, div(g[(u64)row * columns + column], __uint2float_rn(counts[row])));
        }
        out[i] = sum;
    }
}
