//! Partial rounds of the permutation of width 3, in the form of appendix B of the Poseidon paper
//! (<https://eprint.iacr.org/2019/458>): field elements as four 64-bit limbs, least significant first.
//!
//! Written by the test `print_sparse`, checked by `the_sparse_rounds_are_those_of_the_definition`.

/// Constants, row and column of each of the 56 rounds.
#[rustfmt::skip]
pub const ROUNDS: [[[[u64; 4]; 3]; 3]; 56] = [
    [
        [
            [0xcfd3a3e8eb55b1d4, 0xd571c6f984195eb9, 0x55b7124fffba5d6b, 0x5848ebeb5923e925],
            [0x2d8ccbe292efeead, 0x634d24fc6e2559f2, 0x651e2cfc740628ca, 0x270326ee039df19e],
            [0xa068fc37c182e274, 0x8af895bce012f182, 0xdc100fe7fcfa5491, 0x27c6642ac633bc66],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0x5a65a784ff14b250, 0x626e1ae605378c99, 0xb44507505bba0e3a, 0x3fe667e00c2b55ca],
            [0xab85fd269bd880d9, 0xf2331516053550b2, 0x51deaa55ffd4bb75, 0x63ce26c4206c020d],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0x3f02ff01f4b1adff, 0x641f7700c91fa5c0, 0x8a8721dc00a5da3d, 0x73b3a29f5b7ee531],
            [0x8fda724db1941b19, 0x20a512ebab023d88, 0x6d7eb0e5ce0765c4, 0x3498ffc8c3549ae3],
        ],
    ],
    [
        [
            [0x9ca18682e26d7ff9, 0x710e1fb6ab976a45, 0xd27f57396989129d, 0x1bdfd8b01401c70a],
            [0xae1d3e87a6c97e8e, 0x7b8d93ded0db07d7, 0x2ab6712208dfd90b, 0x6e1a9da2260590fd],
            [0x26fd949232c2787f, 0xb6915b90abe84596, 0xc0bc7d7fd17a1bce, 0x260719e3c47e9822],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0x448cd69e0a412011, 0x7bd9058bd0879f39, 0x6f5bc29e593eb0c9, 0x2f4dff7f3da2b828],
            [0x2a5106d8caea7f81, 0x12d10b555ed2bfc4, 0xdbda204a4efc9650, 0x53a6829bcd1376f9],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0xe1e6c650a850e35e, 0x194057999001d7db, 0xcb1488bd3913273d, 0x37d550618aa698ae],
            [0xeadb5c3ad5a99c78, 0x90a810c569a776d0, 0xc806615c67ddbbf8, 0x5351e93f5dfd6047],
        ],
    ],
    [
        [
            [0xf79824667b5b6bec, 0xac0a1fc71e2cf0c0, 0x2af6f79e3127feea, 0x2d193e0f76de586b],
            [0x60c7607490a786da, 0xd016221005815232, 0xfd948b10fbf81066, 0x2d194cd2bf68b0e9],
            [0x7da970ecb7130fc0, 0xff0987b401c890d8, 0xe90cc61ad2c99292, 0x433ead4fee498116],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0x2ca89cd4e7bf6c30, 0x6a7d0d5ffb9f7d54, 0x13dbbb6513cd990d, 0x05bbfda6cdddf072],
            [0x57d33f72cd66f88c, 0xa1b7dbd8ae3ea480, 0x40ec1185c58d0df8, 0x09e9d62a4cc717a7],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0x4e0fcc118fcef8b2, 0x167766585f03ab05, 0x1f47774b93e1f532, 0x51cb3fec592c712a],
            [0x4c71b2a65f61fd2b, 0xd4b340b9636b39b5, 0x2604986bb692c7d1, 0x5bca5e3712bcc60a],
        ],
    ],
    [
        [
            [0xe227252820f01bfc, 0xdca9c2c014118789, 0xb9d4df61380f39c0, 0x7299b28464a8c94f],
            [0x8f36329cf68660c0, 0xb0556fa0812b6f17, 0x2a9ff807c8cfe599, 0x4f56eaf32d85fa63],
            [0x3b8d51239e0e4fb7, 0x11da319b563584f1, 0xb678a07f7507d8c6, 0x3dfcf253c589db12],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0x0117cc928efb9ac8, 0x54d444b354062ed3, 0x01b0b47615e3ff3b, 0x7013e084ebc8902e],
            [0x8141e78913a1d890, 0x134922f1c1cd5149, 0x27a7da2b474c05b1, 0x08386e4684179ca4],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0xd51fce1cc356abaf, 0x5127e1d12329e2e3, 0x6ded3a4bb5621f24, 0x5d308e8db058b0ec],
            [0xba6036699d66b39e, 0x61a90e626d80b64b, 0x7d4ea511bd0a39d3, 0x697624e6da66a587],
        ],
    ],
    [
        [
            [0x343e07610f3fede5, 0x293c4ab038fdbbdc, 0x0e6c49d061b6b5f4, 0x1d5b2777692c205b],
            [0xf76b4a8fab3179cb, 0xfea7d45578596b87, 0x42c1a7683ba4c653, 0x18bde6e9e17ece8a],
            [0x112fdb72d78e362f, 0x24b255c68a491455, 0xe292f355b222487b, 0x44a70720787f483b],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0x85e7ee05610d09ff, 0x3e7831f882072624, 0xdac5aac37858fbba, 0x5bc4716b07d1db63],
            [0x23a5ff91edccbf34, 0xc5585677a6e763ee, 0xefe6f5e4cb9692a9, 0x5c4567aa2db811b1],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0x273940e13dc734e3, 0xe50f3f4430d506b0, 0x854e46f1959e54be, 0x0b9f72bbf8f7c7a3],
            [0x051fdd68c69cd64b, 0xefea5ed3132d62db, 0xca3fdd2365897dec, 0x0b1f4d8b0619bc9d],
        ],
    ],
    [
        [
            [0x035a13661f22418b, 0xde40fbe26d047b05, 0x8bd5bae36969299f, 0x2de11886b18011ca],
            [0xafb2fbeb175339e2, 0xea3a164a7ffe959d, 0xbae0d3532cf31427, 0x5cf94ac25d3733ee],
            [0x44387b4ba9f7d0af, 0xc8c42ea1d37559b5, 0xe394c7aa4668a1b5, 0x4d0cb3697151591a],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0x9d3b1cfbc6fee5f0, 0xcfec07cf24f4e874, 0x5bd242319e0614e4, 0x5108832409278839],
            [0x44c3d307c601190e, 0xbf7f554a966ea03d, 0x42dfc5939832cb68, 0x068728f017e5881d],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0x8959b758b0cd6245, 0x01bcee4e61e83301, 0xa17f533b1d1d78fd, 0x4371a1c70d5b32d0],
            [0x49f07d337b9227a7, 0x01e23eb5c4b5f85b, 0x6bf9d5c1360e41d6, 0x46e4cb9faa75604c],
        ],
    ],
    [
        [
            [0x585d04b135b957ca, 0xd22e513a05838cd4, 0xafb87b655dd58cc1, 0x5dc987318e6e59c1],
            [0x408a23e3a4131313, 0x2f8b6a3fbd5ce261, 0x2e5b739c01612650, 0x2e7ed1a81f051a08],
            [0xd13c17b83035b575, 0xe1e4a2dcf4ea9a62, 0x6392db8e8faf2d3c, 0x0c2b50d88cbaee4b],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0xb608a363e68d9f0f, 0x1704d653f61ae1af, 0x39b1c4657d38ce5f, 0x6699621e6cfd9dc5],
            [0x4300696236786fc2, 0xbaed1c105e00e0ca, 0x153727e56b9b41b8, 0x273dd38fd4b0d587],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0x8349bbdff26e9a69, 0xd42d5468d3c02d5a, 0xc09afe0bde83cef4, 0x3366c488a2dbc954],
            [0x1334b82592d951f6, 0x3f9ea2687c250e6f, 0x5d3a57aa2bbdbf9e, 0x1b1c09cb78243a82],
        ],
    ],
    [
        [
            [0x816c059422dc705e, 0x6ce5113507f96de9, 0x0d135dc639fb09a4, 0x2eb1b25417fe1767],
            [0xd0e181da47759486, 0x925016ad41905b16, 0xda7f336e0ea54959, 0x394bd0756e23896e],
            [0x519261d6954ec565, 0xefbd247863e36c59, 0x0cb50c70099a0b28, 0x4269ac7a45e60713],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0x849f41466ec34c49, 0xd3a070932c349673, 0xde468e9771a33016, 0x1ecf78013ca58434],
            [0xe2fdedbbd8ed9b84, 0xdaedbee315874aca, 0xdd4c46356a504d14, 0x58faedcb995e9916],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0x0519126fa98f6e94, 0x43b07b46af95e68c, 0x5247b9efc9434def, 0x64bd44314be22c92],
            [0x338cd5aab17864ac, 0xd17c2170fb6eb683, 0x46a2ba3990d86c20, 0x1fe814b9695364d5],
        ],
    ],
    [
        [
            [0x6992816b99c528ac, 0x3e45326e4d4b9de2, 0x311a6b5b762011ab, 0x4147400d8e1aaccf],
            [0x70b8d209a1af2d89, 0x0a7bf09edca0d222, 0x78620d2d9f9f4f4b, 0x499efa56c479b947],
            [0xc82e0430fa11401e, 0x25f681e02d78d91f, 0x8222f2d4a96a20c3, 0x264ba7dfd128ba7c],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0x7bb451b202be2273, 0x892af3121f72965e, 0xe89ccc45b7c1c3b7, 0x6bf2d3db65e8d1f6],
            [0x13c0a5c2ae6b536e, 0xec5fac5687e2d3eb, 0x6b6399663b3c6fe6, 0x5b6fb4859b655846],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0xdfea0119e26162e6, 0xddea9a64e6ca3a11, 0x2b5e4dd795f14417, 0x54217ec1db03722e],
            [0x7434b079a899dd1d, 0xc7253a9bc7774379, 0xf0e7eb11b2d0f6f8, 0x709aa2b1c5e88033],
        ],
    ],
    [
        [
            [0x4cac81a39d3cf8f1, 0xd0e66a8bffa8c846, 0xcf1eca6f9e9c1839, 0x4b431cd9efedbc94],
            [0x3450a2c0737ae911, 0x7dec3add7bb4fc9d, 0x1c24e4b0bc83539e, 0x421a2e556e3058b0],
            [0x6348d33ade175ea8, 0x9404339eaeb3abef, 0x60b39c3a2ab620d8, 0x377807a69104e57e],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0x7063c44486bf4839, 0xa04883e59fb3cde7, 0x04bebafeab1ede04, 0x3f5fa7ba45620f03],
            [0xefdf19913abd5882, 0x9211ebcc2491a038, 0x3ed4e647906e9f27, 0x46fc074ddd30b146],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0x8385e277dc23c7cc, 0xbebd2e9e17ebf929, 0x7e0bdb7708da55bf, 0x06ee9e8e49fa4dc0],
            [0x94d089f9431622ff, 0x10dd7028dac0a172, 0x3a5f9e5265f78b29, 0x4b8e36ed1eb4d663],
        ],
    ],
    [
        [
            [0x271618d874b14c6d, 0x08e286442a2d3eb2, 0x4950856dc907d575, 0x2cc6810031dc1b0d],
            [0x2d6f97b536550476, 0xde60c1224fdff8cd, 0xff23b45b60ce55b7, 0x45220c5e4f3efb80],
            [0xb49566f51755fe28, 0x24c72a6eda052939, 0x3c655d1874ade135, 0x3465c14dbdf26009],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0x742044a4f37001ce, 0xe30f40dcdd44dde0, 0xf1fc4df7bdebc099, 0x2e65b3432759f6ae],
            [0x4a53b706cf46a49d, 0xe8349ca957fdd8bd, 0x2c77d310ce3ce16e, 0x46f9d3c4704b194f],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0x983bf462506fa42d, 0xa1855c6c618522c2, 0xb00f2d70ce7665bb, 0x63f726af406b2edd],
            [0x5d47a58fcdc4cc56, 0x0a2cdfcdd4adf324, 0x6636d14877afb786, 0x41ca6d0645f40d0f],
        ],
    ],
    [
        [
            [0xc6313487073f7f7b, 0x2a5ed0a27b61926c, 0xb95f33c25dde8ac0, 0x392a4a8758e06ee8],
            [0x9a785c824e2739a3, 0x43bf5b3c686f2bfa, 0x676613c779c45345, 0x0207ffd438b3c123],
            [0x4881ca41a3aad011, 0x7ab2ebd8dbb9ff3d, 0x3d79d14a41ba8838, 0x64c00d120d783ba7],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0x420d7bdf6d498169, 0xf12dbe33cc876da1, 0x3fba93a1940015ad, 0x1cb412adcf277312],
            [0x42a237860e810337, 0x045477b336a946f5, 0x59e165bb400a994a, 0x53eed13f0d6b7242],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0xeae2e3d95212e361, 0x28ae4b8c061702b3, 0x46762a72a6dae4d9, 0x461dc029840d46db],
            [0xf77317c59eddc18e, 0x48fcae9659b01766, 0x794122e2a4d12b37, 0x35f799aacab0dda3],
        ],
    ],
    [
        [
            [0x0818a100409dc6f2, 0xcd8225e7e5c3833a, 0x02c7449bfbddc35b, 0x4eb6fda10fd0fbde],
            [0x3ee8bed6df5b7839, 0x4ae84215c5a896de, 0x1a18ec3a8f57178f, 0x3922cc5df2592371],
            [0x2f955c7f88c79f24, 0xc80d5a5312f95996, 0xf3c2e53a21f8db10, 0x3892ea460f742b09],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0x40f7df8b5c4c376e, 0xb42e1d6eceeaa733, 0xf3ffabaa5c8927bb, 0x029d5d8c08b6f0a3],
            [0xeac4d6017e585f60, 0xef2a7bf37585c71b, 0x943ab00c74948c7b, 0x64d615103c2a83c4],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0x1debbb85e9dd28b9, 0x3e915d7ca87665f6, 0x76e07d3689714f00, 0x050dede5825dda00],
            [0x0a62501017e439ce, 0x42330c36d1ea221e, 0x581d585718462c81, 0x26a6e50a1a8e5dce],
        ],
    ],
    [
        [
            [0xba975ba1a92be382, 0x2e39bd5e22340bb9, 0x8db836d9f5fb5482, 0x42332677ff359c5e],
            [0x0f04c9464dc3a30a, 0x72b595606ae99d52, 0x51ad263dd8884ea9, 0x41dfd8636c0d2049],
            [0xa41c896b04a3d24e, 0x19460254661b9f39, 0x5f82f63383146215, 0x2fb29b4662265b3b],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0xf4863044be1e5136, 0x52b92e516b7491fd, 0xc0b1f37f91ef9a24, 0x2c49207daa4760b2],
            [0xbfc8bae4b05fc161, 0x7f0f9d5b4ca0e4e6, 0x8e703417bf5708f6, 0x63f36011c12996db],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0x4376607f91742ec1, 0x95dd839909baa0d3, 0xcc1d5300a6f4ffc8, 0x01fbf5deeb28d6ba],
            [0x2d10adbdf46c83b1, 0xb4742ac7f5fca990, 0x376f3a19d1a4a724, 0x63b04df066143639],
        ],
    ],
    [
        [
            [0xfe73b5c8d5580934, 0x71c940b9758ca820, 0x1bc443d7979510d7, 0x59cff40de83b52b4],
            [0x0f244a6f8a2fbcb3, 0x0531decff6b31f90, 0xeb5eb89799ebaf17, 0x65e8f50e9fc4de65],
            [0x98eec3dd334f2952, 0x4f9dd632fcbef1f6, 0x5c44bb81b353fed2, 0x00b6929d09682faa],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0xfc5405ebb5b9a11c, 0x0bb13b3ea2c3bcde, 0x844d9865321130a3, 0x2b5e6a9cacf6bc5f],
            [0xa9d87b551ffd0b1e, 0xead51a844e22a447, 0x3ae161262e620540, 0x60149dcf836629a0],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0x76590ada07fe9a03, 0x98e26bf4f0c53c8d, 0xcb830ad639d35dc9, 0x5c29607db65f6bb9],
            [0x759437b3984c62d7, 0x4e404857c57e330c, 0x31c2caad562ecb28, 0x4353a9abde8d1e9e],
        ],
    ],
    [
        [
            [0xeb319f91046a63c9, 0x1596d3aac7c5700c, 0x79c4dd7f84cdd153, 0x561b6012d666bfe1],
            [0x1fd6fb6b0e1d2371, 0x77d2de08c8bdce6d, 0x92745d85f1174780, 0x3dc38e30b461b690],
            [0x5902cbd548819b05, 0xbec70443ac25e7df, 0xd5f7646654115a8b, 0x531c7187fdc9c689],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0x2b15f790a11ed3c0, 0x0ec852906f6ed462, 0xfb218694103c6bb9, 0x4fc187e9e3f72a88],
            [0x2198a896675b1ba4, 0x0cfae53beab71b6c, 0x3c96a6cc42150f6a, 0x2ac253be17c385e8],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0xf12165c7b52eba99, 0x1c83a4456ce739ea, 0x3cb4535460794850, 0x18364d18e7db042b],
            [0x1c802e5af423de4f, 0x002b27c075e47199, 0xbdf82544609dcf5f, 0x36cb26c02f46d635],
        ],
    ],
    [
        [
            [0xf0bc3e732ecb26f6, 0x5cad11ebf0f7ceb8, 0xfa3ca61c0ed15bc5, 0x3a5cbb6de450b481],
            [0xcfd553bc129127ae, 0x15e850dc60e1bcbf, 0x4db3c97d2b2e0ec7, 0x30ec9c006f5205a6],
            [0x4c46944a323a5c0a, 0x8daf1183049a1681, 0x64249dc13975294c, 0x018af82e43a96064],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0xc4b9e501d9642ec3, 0x7bfb38cfb983fd4f, 0xb4adf8d7d68cd0f3, 0x573f3fc3d2be6fa2],
            [0x95c86b2fab9c31e2, 0x7bd4cc415c9991d6, 0x445b726a7479a2c0, 0x5ef0aaee23729f1c],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0xc91e8320d3ed5eb7, 0x2e532edc0ee60ea4, 0xbc1d46de2aa58cb7, 0x59af66c62b05036a],
            [0x4c5ac8f563e8108f, 0xb367bb0702b82497, 0xdf44d2e1cd2a8c6e, 0x0c956217a81e3e91],
        ],
    ],
    [
        [
            [0x865527cbca915982, 0x51baa6e20f892b62, 0xd92086e253b439d6, 0x3dab54bc9bef688d],
            [0x621f7c88708c1259, 0x7f5557894439da75, 0x64ba483379c0b8ea, 0x34e9bea7df0957b7],
            [0x135a184c959e3873, 0x4d2c05f1b974c31f, 0x492aafe74b111ab1, 0x69ed64f44cd7e439],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0x6d7459a979278709, 0x3e741d640c179563, 0xcee0dcf35eef6d50, 0x63eaf42155d0279f],
            [0x04b166e45ab2e6a9, 0xc4b0f22813758771, 0xf1e1ad3a6b634d4f, 0x07cc6a29ab3f5d0f],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0x346aa7d5e8f6ce4b, 0xa4cccee7d7a52578, 0x2dd532fc5f492f99, 0x6a18ee1b6cae7a7a],
            [0x7f9a093326de218b, 0x28cadb6bf0969dea, 0xac7ea5dadf08883b, 0x418d33402d147abf],
        ],
    ],
    [
        [
            [0xa7fc32d22f18b9d3, 0xb8d2de72e3d2c9ec, 0xc6f039ea1973a63e, 0x068d6b4608aae810],
            [0x541dae67830767bf, 0xc93d79050c118f16, 0xbf957558660665e9, 0x5b600d477abfd80d],
            [0xb41af2d200083921, 0xd6660544826a06ab, 0x85b672a78440f995, 0x0dcbe8f3362a9163],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0x61b2ae4c16bb891e, 0xe896cfc0f3396b68, 0x2369d24327a5a962, 0x4786f36d18858d92],
            [0x759a78b191e5da9f, 0x017e58d821daf103, 0x927245504e523673, 0x127edf59dfd59cc4],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0xe5f25e02bf217820, 0xd0bfdbec0fb44e8f, 0xa25200696bb53689, 0x47eb6fa4661654ec],
            [0x8e612936fdcf535d, 0xe3c170f06468b262, 0x15c55c5dc6027d98, 0x502a7a5f2087b0d9],
        ],
    ],
    [
        [
            [0x9fc4898069eb983c, 0x37ec30b0737aa240, 0x738a5c6278eaab1c, 0x4603c403bbfa9a17],
            [0x2b03f3eaced95f75, 0x173224865913581e, 0xafb9d0e774451b6c, 0x1b3193d18c8dbf80],
            [0x1c4e66f0190a8e1d, 0xd7a23d7fc4776280, 0x8551fe8a413f41e9, 0x371dd27812290845],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0x260f0aba215163de, 0xd49997e9e097c4cc, 0x7f321cefee280dbf, 0x25cf54607b63e2a7],
            [0x23997239ba9fc20c, 0x28c53a30fe3ab103, 0x3845d37eec92b700, 0x3ad1d4a02639e23c],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0xd7e2cf2a6a0a77ae, 0xc93dd73fc6aa916b, 0x1a59722052820981, 0x693bac3eedf508cf],
            [0x99cb6c002254bbab, 0x357d58e47ed5a514, 0x8a582e0454254f90, 0x3f352fabf79e4ad9],
        ],
    ],
    [
        [
            [0xd7711e47063fa611, 0x8da0f7e713a5c6d0, 0x08624a8c2a353d52, 0x58e55f287b453a98],
            [0xc2a9bebcd9dc334a, 0x348c5c6bd8910ba8, 0xd2536b49576aa88d, 0x4b8a4cd3e5c77cea],
            [0x373197abe59fbab3, 0x615a4d9b7259fd09, 0xbfc0d2706b3bb1e8, 0x5ec1bf13581d2e3a],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0xddd9aa59ed451b69, 0x9a4924922087fe5a, 0x6c9a008ea096cf97, 0x1b2ec6124978c89a],
            [0x1ea7fef70b80f21c, 0xc9c1c5fe7608495a, 0x65762c2d4c3bec7c, 0x2d979532ae6ddd6a],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0x9d4166739e9efdd0, 0x3105f2b9e38d148a, 0x39af053e2fc3c357, 0x6a09c5b45e6ca68f],
            [0x0df0f6b9fdaeab95, 0x8c91a66bdaf83104, 0xf2a482ec6af33121, 0x5c8ff819b613639e],
        ],
    ],
    [
        [
            [0xe6bc229e95bc76b1, 0x7ef66d89d044d022, 0x04db3024f41d3f56, 0x39678f65512f1ee4],
            [0x0ffc89addbe5dd7c, 0x0488e3dee6a7e30f, 0x59b24db9ca13f66e, 0x2bc4c9e301191a23],
            [0x6b0bec5e781fa5ec, 0x8696103bdc1aba82, 0x8f52ac3a4cb5d300, 0x4669eb01f703b7a0],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0x5cc19a9880ff0e54, 0x1bd98260d69fcf98, 0x469e78e20eb4db06, 0x0f931ac51852221c],
            [0x1b432734c152a1fc, 0x646440b18f711224, 0xebbf0e834cf33383, 0x3801920344db17fb],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0x019cdc5019a8db18, 0x7ec91174cf46295c, 0x976f9d1263269abb, 0x4e8c4786253b4115],
            [0xef106646b6d0b939, 0xf55a8934ae798a7e, 0x6de0743c34ae7c39, 0x549a59c451d5683c],
        ],
    ],
    [
        [
            [0x4bef429bc5331608, 0xe34dea56439fe195, 0x1bc749363e98a768, 0x39d00994a8a5046a],
            [0x6dc64ce47e384102, 0x282ae76abf034ddf, 0x18791ca05987b0aa, 0x6d172108133007a7],
            [0xdf1ce0cc61fc5690, 0xfa4f50f977e2a15e, 0xc6eb59bbc6dc2a37, 0x280ce5c4871381e9],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0xa18fd2ba69a17c8d, 0xd2b222a0b73c9d20, 0xb41a022ef4a4b2e4, 0x3a267d625de270d2],
            [0x22015781c5dda04d, 0xa99f3dc31e2db185, 0xc189bebb045841b8, 0x60fd9aa133fbc79c],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0xdf0b79099e930da2, 0x76c8ccf21440a73e, 0xed1d050f9136968e, 0x2eced4c5398e53c4],
            [0x481c1d8aa6b23400, 0x5d5d7d64f2ffbc62, 0xa6fad4b0872f78dd, 0x3c761d3b14216d49],
        ],
    ],
    [
        [
            [0x9794a9f7c336eab2, 0xbe0bc829fe5e66c6, 0xe5f17b9e0ee0cab6, 0x027745a9cddfad95],
            [0xfc3ca1c581195196, 0xd1c00d2282306566, 0x72294afa22831ac5, 0x5d4db5c1b23338a9],
            [0x573ed8334d011b8e, 0xf5964a1c9976ad57, 0x72681abc681178ee, 0x5531090d875bb0ba],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0x78c47998fb6e596c, 0xa8694c9d0a8a6c18, 0xd393da6d5aa1c08e, 0x15079fc51bcee2d1],
            [0xa7f6ddac5e64e620, 0xbb786bff255c87b3, 0xbbdea4f32161ac75, 0x421282607da7f295],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0x3897aef318ffc332, 0x05a81b2258e38760, 0xfdd01ec8f8633772, 0x010b49b26f2e462c],
            [0x1ff2c2277b8be90a, 0x260351714429ff07, 0x927562b46c15cf5a, 0x13008660510ef870],
        ],
    ],
    [
        [
            [0x001779e3a1d357f4, 0x27feba35975ee7e5, 0xf419b848e5d694bf, 0x1723d1452c9cf02d],
            [0x418b6f4228401ba1, 0xc3f8517254b4220a, 0x9b4e7d2ccc78f949, 0x410e6bd3e2123983],
            [0xd06dd3e0b813d463, 0x63fe11b7ccbcb2ba, 0x090e238b4c254a28, 0x0e10a1ce32f10f95],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0xdc82c15b00efa5ab, 0xf7cf4ac710ab167f, 0x9cff5ef5f9418c4d, 0x52dba684e455259a],
            [0x8cdf97896a4dfbe8, 0x264fdc79bcecff3f, 0xcfe4bb719a5dc81b, 0x6f2fb3c9473e0a1f],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0xdddd4d74486c27df, 0x8f27c3c7578d6555, 0xdc4737d30700137a, 0x586c56988e175273],
            [0x92a80d2f53883ccb, 0xa370baccf8c46043, 0x1c197c6d54040362, 0x205cc6ab547fff9c],
        ],
    ],
    [
        [
            [0x70290452042d048d, 0xfafa96fbeb0ab893, 0xacce32391794b627, 0x2d4e6354da9cc554],
            [0xf65f4801c44b5247, 0x9e39ed86d3fa8b84, 0x510ae76af4402ba4, 0x5496149074dfad2f],
            [0x1d2c84e354ada6a5, 0xf7961af15aa93f85, 0xe3a59ce74f8dd7af, 0x4a894420e410d8bb],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0xff0b1032615a1e5a, 0x61bcede01a460955, 0x70c7c22dd19ffc53, 0x72cf7adf7b2f8e95],
            [0xda49210f974a2091, 0x45ad34f2f4d8d522, 0x54556b3efed6446e, 0x19d4133d98d73eae],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0xfaf795b396c74701, 0xf5f4ddd49ed8686e, 0x6d4f6ab8edcf3dc9, 0x2201f9f12a137828],
            [0xb03cc11b9c20f650, 0x4c86e5c35b5eb5cc, 0x64735c89b9b568a8, 0x23ea8b6f1aa014ef],
        ],
    ],
    [
        [
            [0xd258d2e2b7782172, 0x968ad4424af83700, 0x635ef7e7a430b486, 0x0c45bfd3a69aaa65],
            [0x51929dc83b3dbee9, 0x7126bca91a17882d, 0x9fe2cbe9c5b774be, 0x369733115dd636bf],
            [0xeb504541bd589ff2, 0xbf70dfb26c0d1f87, 0xb5aa13b02ecc89b7, 0x5baa4175460f86b3],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0xfaac89799116d6ee, 0x4839aee71cddd5aa, 0x7798599be6f09bdc, 0x3685f3158e068706],
            [0x1a457aa60ed77122, 0x48eb6a8cc87c857b, 0xa5c794a061a297e1, 0x136e3e334d36ad7f],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0x3f43fd5a29143c71, 0x45268053d8466c39, 0xc57f243ae5a16db1, 0x0fd1ef4b781c7464],
            [0x0897f80835d8cb53, 0xc04dcc6b40c52dd6, 0xb3d37e155ed18481, 0x27d3509debca4fe2],
        ],
    ],
    [
        [
            [0xc0ba7f3e9ec396f1, 0x4d93d12cbb53a10f, 0x334ecd13f72e69bd, 0x4ecdf55bd36d423a],
            [0x2c163d679f0749af, 0x10185484b46919e6, 0xf33bb870e6df00a7, 0x1502e9694af4b34c],
            [0x5855b3e6d019572e, 0xef3c3afb32512b0f, 0x0602ed5cb42bd258, 0x301038b115edfce3],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0xdcb8a149f9da508f, 0x88558ca39031d67c, 0x45c4236a3df56310, 0x2859792aa1305988],
            [0xc13d2f06520b2f69, 0x024b2f8cef37e930, 0x56cd58ead959eae6, 0x5871ea2942c1a71d],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0x32e62846c2567b7d, 0xf6808d73e66b9f39, 0x3bc4b1033ee2b1d1, 0x2372271c9a3967de],
            [0x524eaef66b34887f, 0xe6af26a6f10f2cef, 0x28479601a667ec48, 0x2964e1ff7cafdb05],
        ],
    ],
    [
        [
            [0x26f3898cce337817, 0xf7a7cfca052ff515, 0x048f6dcb7b695b69, 0x40153234da114723],
            [0xa3c28d0d58440f30, 0xa80a91ef6589f7f6, 0x87b9e5c2c05b784a, 0x39fa8f1c7fcce975],
            [0xe638190804284086, 0x00d56658f42439e2, 0x9af23b5a73b95a55, 0x1275d04bbd73cb6e],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0x22e17edb12eeaa48, 0x519df8a4a56ee993, 0xc9242767e4b2794b, 0x00f939f17d743213],
            [0x9e980df4b3b08cff, 0x6c4e9858273aba78, 0x67e9cbcf6d7d5625, 0x67dc55af028a3fd4],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0x5918ad28acb222ec, 0x9622faa7c3fa1328, 0x8cf596545f40ea7c, 0x12eb5a378305f684],
            [0x038ba25989842876, 0x6eb3e6681f90a587, 0x96d95bfd0f6b3427, 0x0e2483f6b6ffd780],
        ],
    ],
    [
        [
            [0xb12a066274c5a3f4, 0x844f896957a41921, 0x69aef8aac5710e8d, 0x552576887491b06d],
            [0x075375bfda7199a8, 0x81bb5dd291e94b6a, 0x3a57d3a9514ae4ea, 0x70b3fce89bae0a8b],
            [0xfacf78b3ca03d89a, 0xaa24f1426b7e8619, 0x5ddd1d17ee5b847f, 0x00f6386540b9279d],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0x0447563aac76c1d5, 0xd4b3bc9e8dbe10bc, 0xf812733856fddbe5, 0x349d26449659121e],
            [0xf43652a2855a4833, 0x8356f08902b7f5ca, 0x967eb4ab7ba49414, 0x21ad129e837df95a],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0x5d43e76cc85544eb, 0x51b05dcef3500716, 0xd1182ca66643c977, 0x2ed896ee807ddb0b],
            [0x2c6d33aee434d805, 0x0645fcf28399ff09, 0xb06dde43bc2502ea, 0x02c04020648b6e3e],
        ],
    ],
    [
        [
            [0x5505586ae95eab68, 0x759e70e01221c74d, 0x8e36b59ab0e33001, 0x4945c4c7c62282f0],
            [0x76888ec46a4818ea, 0x42dc9f3a4b9ce919, 0x5fbf74438f47ff22, 0x161a97dfbf16a888],
            [0x3088802289396408, 0xb4c5a9081168e5c7, 0xa75cbb334bc2a483, 0x2473b4632656196c],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0x97966365727eddb7, 0x7642b484cb3f97aa, 0x119964f46116d2ef, 0x464171109015f105],
            [0x83685f725dc50297, 0x2fb5a6e57c6902c4, 0x4d02aa4a358feddf, 0x61efbc85e025a2cc],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0x341067e516cf6950, 0x692cc07b9229ab87, 0x0ebd7a25a2864bd6, 0x521697384d896864],
            [0x100553e1516b2734, 0xa7367afa60dbd095, 0x657f15062a55c4b8, 0x6a560506b3030828],
        ],
    ],
    [
        [
            [0x29394841274c91d2, 0xad9eb5c8c084d5d8, 0x92932995e80188c7, 0x72ed857fbb581d2d],
            [0xb3502bb92a6dc740, 0xbb543ccab680a04d, 0x74b2375ae6d5bb10, 0x32ae2c599e7cbb17],
            [0x112087abfba2bd4f, 0x100f4262e3e5dba4, 0x01ff2352f0f892ee, 0x4cf4f46088cefa76],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0xe645193f6d3c2daf, 0x0c798c43001955a8, 0xd8856583868b7356, 0x0d8ffac2ba095b0c],
            [0xabe84aa514a1f1e5, 0xc3174ab67fba7a9a, 0xdb634e7953fb81eb, 0x11f9816729b60d57],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0xa8aa960bd75136e2, 0x65bbc84dac840c84, 0x7b985dc0c9583577, 0x7260e10cefadec88],
            [0x84a01269a490e0a1, 0xcf3ec429c4be2ec6, 0x584f1eb323e7ecdb, 0x402e571b2c0253de],
        ],
    ],
    [
        [
            [0x589583ba658d4348, 0xed9541807df5a911, 0xfea7ad49bf6d814d, 0x51c0b9b1022de4d0],
            [0xe9fd6442c3ad904d, 0x908e0dd8e720fd43, 0x42b66b3797603868, 0x069d08c0f265f93f],
            [0xdac9ad426322468f, 0xbf83a1d36b76520c, 0xc04c753b2983eda9, 0x25ba3d2ec2dbde9c],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0x20eebaeb083bb458, 0x9c567863b4db273d, 0x90817995dcf6ac06, 0x702d03683990c338],
            [0x0e90c7def1c7f382, 0x75f500f6634a7fd1, 0xa3f51d41d5d6c3cf, 0x03cc702f1ad9ac4a],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0x8f06e093650458d9, 0x1ac62c3ee5576264, 0x666036f49e519291, 0x368453f20c576256],
            [0xdee65b65041ad4a8, 0x3d8b3706feba51ba, 0x737f9d1e6dfecbfd, 0x705cb4853926633b],
        ],
    ],
    [
        [
            [0x4bcce9c75c22f738, 0x0b93965712e43139, 0x064e2f0fdee7a37b, 0x6e53bfc3ec7be39c],
            [0x80fa11f9c4e84329, 0x82a641d2b7cd4e4e, 0x118b7567ddd07b08, 0x5b73abb64ad19b4c],
            [0xa994de510d0b588d, 0x28a684ad93b2fb7f, 0x152749c75f33a3ac, 0x563cc0eee73387a2],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0x9f1e29456e70953e, 0x6aa2c6a8a126e67f, 0x47a31c81a0ac36ba, 0x067ac54b6faa279d],
            [0x1b49c766c34312e6, 0xf0ed2f5baf721be1, 0xb0e83a18e6bff787, 0x07a215eccc768db9],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0xd274adf0e4348869, 0x13b2d23e71910204, 0xf27ae0c6d2bee970, 0x1177730c9fc0695a],
            [0x1f92a7bab407be77, 0x88e338f27c4163ea, 0x5ae187a74d94ef05, 0x55fe2082317ec0f1],
        ],
    ],
    [
        [
            [0x60bfc6cebebb5ac1, 0x20ea23a9fe16273d, 0xf85d4bdfc76f8374, 0x70cb7ad7798e307e],
            [0x1ea8ccb73c464adf, 0xd697d8c65bbbd5b5, 0x71e3291edab261ed, 0x0a2eb20ddc519943],
            [0x31e048c68e504321, 0x4095ab06c5576179, 0xdf4f0bb1badaca65, 0x6764d9960ad16696],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0x3298ad73305fbfe8, 0xa148fa75b709d602, 0xdd8566233c4859ad, 0x05caf963c40dc992],
            [0x8db0742e6fe1c0bd, 0x69d741b1581af763, 0x713111d2ed345d1a, 0x10ca090b3bd76cff],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0x3c3e7043c8697781, 0xc017bc5b02163edf, 0x8e3d9a58f648f613, 0x1a4b625be9f11a8e],
            [0xd97df2ab92dae98b, 0xfec9081c38da76c9, 0x56a7594ce37be3e8, 0x733bcdb903f5584a],
        ],
    ],
    [
        [
            [0x9b5cd09e36d8be62, 0x4c8f9cbe69f0e827, 0xb0cf999567f00e73, 0x3188fe4ee9f9fafb],
            [0x3db2e3b4e595eb8a, 0x82bfddd19db891b8, 0x7d708f9a5f3b110a, 0x6651c2a1a8a1102a],
            [0xc08243e6686c4561, 0xeab1c43771145ca8, 0x68749a91fb8370ee, 0x0d1af13eac3b454d],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0x404aa3f987ba3831, 0xf95c4e44a260ecd1, 0x33a283836d08b7f0, 0x185f5285eafe83d8],
            [0xd17a2eb25b08dc74, 0x97aa99a8c48f0e9b, 0x1b763d92b82aaba5, 0x1d340684497107b6],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0x376bd82c89164ef1, 0x5eb0ccd80ea753ce, 0xe9123a1bd7bf9868, 0x5f58327365cb5c3d],
            [0x101c6028a25adbc0, 0xb69fba516f52d433, 0xfe99c3b850f4c5c7, 0x5febec60d4d857f5],
        ],
    ],
    [
        [
            [0x0e74d4d369118b79, 0x7e23e1aabe96cfab, 0x8f8fdcf800a9ac69, 0x3a509e155cb7ebfd],
            [0x38f1598109eed026, 0x52a8c662f2cdf719, 0x547bd4f47abbe579, 0x10192a0d427b0853],
            [0x5b4a81531a475e78, 0x26307650832824ad, 0x6cc3c53d335a2cbe, 0x376c088ff6e8256f],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0xfbe3ef8a4d7f73f7, 0x1c819c4185f31e04, 0xfde8c63f20ba7152, 0x4088ed7027aaa9f2],
            [0x8ef41baa7f79f3dd, 0x413059d6968e6c77, 0x9951ad481ce28ed9, 0x28339178f6cb020f],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0x8f547d1aec8fd30c, 0xed250f9721bba443, 0xece862bc9eb59529, 0x16b95a63749e050f],
            [0x9aa32911e9c11e2b, 0xb62b272436d6b480, 0xb9c4cbf4e42774a5, 0x3df335e04074d5ac],
        ],
    ],
    [
        [
            [0x1c47f08dae05fddd, 0x1edc155f03bf7f87, 0x8262e371dbafcbba, 0x52bd4073f5f90044],
            [0xfdcf7c45cacfcd2f, 0x843f1bbd0affcad4, 0xe4b07ccd91016a52, 0x17575c31b31dc57f],
            [0xfb1f5a32b918deb9, 0x7728e2edab021235, 0x58877923d5855b94, 0x4ed9a35628bd1d1c],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0x3d5b9fa3df0e22ff, 0xc37518a74f5737e5, 0x7910bb722958ed3e, 0x22c70d149e5488d5],
            [0x775b617ea33e8b8d, 0x664a22275db24194, 0x171ca2c706e09293, 0x31d839936acbbddd],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0x518d6f415d97896c, 0x1215f45d36ec1ee1, 0x4e07c5624ceea695, 0x63300f469533e42b],
            [0x9c97b78ad2a9e222, 0xd78dad3eb76ca354, 0xcb5968821404aa45, 0x6d3e9abdf563bf0b],
        ],
    ],
    [
        [
            [0x3a758af6fa84e0e8, 0xc634debd281b76a6, 0x491562faf2b190d3, 0x058ee73ba9f3f293],
            [0x22bf1086f3e05796, 0x1f960e8a0c4d58d5, 0x6896c767ce20182c, 0x26a3082d6a4d0f3b],
            [0x444d33c9782ca0ef, 0xf28537bb5f0d3ecb, 0xec3db9379f1b2720, 0x0d55f73534da5811],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0xe59b9fcf96060e30, 0xb40c769ad893d287, 0xcb415ce15f84c60e, 0x165b018457b62183],
            [0x033abedbb4c2c7a1, 0xc34b521a09186f86, 0x403f1781cb903429, 0x0d7d651581afd4fe],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0xccbc11f838c9b284, 0xc6a11deb5cdcd0bd, 0x98272f9062111ec9, 0x39938d8a2b5864b2],
            [0x5f5f004b37b586f5, 0x77916b3cd6b85c6b, 0x3408a674800fe090, 0x379a80e2707f1ca9],
        ],
    ],
    [
        [
            [0x13685982e8121812, 0xf8de139c4a488a06, 0x81f9196c9db8a7ab, 0x57f4ac045fb78ade],
            [0xf8ff84fde15d0efb, 0x3e76de173584eabe, 0xc9592a834111c92e, 0x442297dd4f9b9e6b],
            [0x319c2615e357e206, 0xe3bde24b3ddbf7fa, 0x58893adab5220340, 0x13600104751043d2],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0xd7c0ceeb1a9d1256, 0xb917b52e2d0c074b, 0x4eb02842fadf989e, 0x4d12daa5123c6360],
            [0x6034743b41cd43ac, 0x98f17a63db20fbd5, 0x800904502613eeb7, 0x1821dfd54bb4b05c],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0x48ed4cd2c4dda1ee, 0xce5e1f1298c44fc7, 0x510a8ef3391821c1, 0x293b83c24d2a5c81],
            [0xa63418ed1c7fa287, 0xfb530bfbd7f761df, 0xce995b3ad0ef679d, 0x7119db3260c55164],
        ],
    ],
    [
        [
            [0xc3b97c1e301bc213, 0xf9efd52ca6bc2961, 0x86c22c6c5d4869f0, 0x201beed7b8f3ab81],
            [0xd00c4455e6488b47, 0x1c6db84f89eebfe7, 0x2bfc9c3abd4bd9a3, 0x2907d972d6dd6c8d],
            [0x6c8aba49bd9a19f6, 0x77b94639528b2d4d, 0x1a059a1115aec1de, 0x54390cf3e75b9628],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0x90a5876f14841882, 0xcf5c0e07c727c379, 0x10495ba0dfff0463, 0x6a85cd27867d45ad],
            [0xe3126a10277369ac, 0x6936d6637863ea5f, 0xd5d6752904d53b37, 0x10cd7365f5be6b3d],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0x09366f961f0de423, 0x5d1a74bdd2e314c4, 0x7ca7a7b2f80928ea, 0x3680c73a75e359ac],
            [0x851745394de3952a, 0xb718ba137c8b6ff4, 0xb6a3beceeadab6da, 0x607799273052039c],
        ],
    ],
    [
        [
            [0x6454843c5486d7b3, 0x072ba8b02d92e722, 0x2b3356c38238f761, 0x1793199e6fd6ba34],
            [0xefc37243f25770e9, 0x0fb1f17098256658, 0x4f358a11c66616b5, 0x321c5d5cc8378994],
            [0xf4a8c1381a438280, 0x32ec59569c0d1264, 0x701ff24eec110a47, 0x4f1cda3e356c584c],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0x38e988a512d13849, 0xdd6f29235f72f45e, 0x463d13344d7c970f, 0x1181c65bb2a68cdb],
            [0x8ce31f8177290f3d, 0xe3b2f666e5fde627, 0xf165cca9bfc90008, 0x44e47d2a7752edcb],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0xf6caf086736d991d, 0x90d0b1dbe79df9f6, 0x806f86811438e5df, 0x628b4aee682f6280],
            [0x93b49a3ec2dedfa7, 0x97c1a9422c172c8d, 0x8dc6aeb26de6b686, 0x2650d3904652374b],
        ],
    ],
    [
        [
            [0x5bfcceba1ae18879, 0x60fe77dfe7bbb86b, 0xd092e810909a916c, 0x6e40d518ae3ce6ca],
            [0xed895a7e7cceb894, 0x418e0f115e2aeb26, 0x1fbd38222d62d1b0, 0x201b63be0ac88ad2],
            [0xc271ed308bfbcd1f, 0xd4c9c46bb0b124ac, 0xee1cc35a2661bf93, 0x591a3b61231c6965],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0xe7e1d0ddedf11e47, 0x419e4b75107750f1, 0x7766240054d13d75, 0x1ea3f1d190fc094c],
            [0x943d65afa11dca41, 0x842baec2b772f376, 0x62f42463a04e7779, 0x677c7699b927fb68],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0x9db076e4d1c73b5d, 0x0e9a03ddcc3aeb1a, 0xdf8738b0a60aaa82, 0x560c6f1a9a0b24eb],
            [0x9ddfc03447d24f68, 0x15611d6655288e40, 0x430dd2a782f79d24, 0x4ebba9dd39f076e4],
        ],
    ],
    [
        [
            [0x19377427137a81c7, 0xff453d6f900f144a, 0xf919a00dabbf5fa5, 0x30cd3006931ad636],
            [0x461f2823e52721fe, 0x659445c4c26e4d7d, 0xd3f0103211d138a0, 0x45df6e9b3497a2b3],
            [0x433a199aa810a152, 0x6f09fea801057892, 0x70e587a4e4e33c5b, 0x4033ff274446b1d3],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0xb0c67d0706774923, 0x43d00360469074ab, 0xfa4254bc0e082f55, 0x445ed1e31bbc7bc5],
            [0xf8aea5ca974f4e78, 0xc2666a555828b1c3, 0x6708d92c4e1d5f05, 0x215a3989eb37e303],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0x05f18e326767e3d8, 0x90db13f6743b915b, 0xfeff7409046a3db6, 0x42562eab61a1fdbf],
            [0xafcb2a771fa0d6b7, 0x630f328c0116ffa9, 0xb122e80543e3ccee, 0x30ccf77575d72e34],
        ],
    ],
    [
        [
            [0x5b6a74220692b506, 0x8f9e4b2cae2ebb51, 0x41f81a5cf613c8df, 0x253d1a5c52934127],
            [0x11d7766a05106a9d, 0x4db0a07f356b691b, 0xfc911e9113916654, 0x680fbf9656b0cba3],
            [0x16cbeae4e4f351c7, 0xc32795da49c266d7, 0xe9b7ef3666c9b09c, 0x17e655413c100908],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0xa7a29f84ed42d29c, 0x4b83768c933cb715, 0xe2eda7d4dece58a9, 0x162a542511c029b8],
            [0x6a712beef2c151ae, 0x3b035b11bf6f3659, 0x4eabd2b10c503c23, 0x2ef393cd3fb2234c],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0xfff2f8ac9c5316c0, 0xb9f4a83e26e08c44, 0x7d48a58e84d99080, 0x392500c223611aca],
            [0xa5bb8aa98001a5a5, 0xd3c5805082f37547, 0xb603e1d239996661, 0x626932e4e966e9fa],
        ],
    ],
    [
        [
            [0x7cfbf86a3aa04780, 0x92b1283c2d5fccde, 0x5bc00eedd56b93e0, 0x23a9928079d175bd],
            [0xedd6472fd471f955, 0xa959aa1042bf7419, 0xb0c14a415aedd67a, 0x37baf05410717817],
            [0x2c6c5743407b374a, 0x63f1af72f8476d0f, 0x0d546ebd256a441d, 0x35a265ae0fbb0362],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0xcade6a2f1ded110b, 0xaaae2f97205f12d1, 0x854abae8a54430cc, 0x3f274da6332db87a],
            [0x694b219de15520e9, 0x85c2b73617618ddf, 0x3765903b2870feb1, 0x2ee119d6be488008],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0x7801da7c52e15122, 0xbc89fcafb5bcbf81, 0xb3d15d5f27743fd7, 0x3bfb2a85113de5e2],
            [0xcb8ffb8302b2a103, 0x5f7e53ecf4adb048, 0x80c7fbf1e7d33366, 0x46eb5d7f79eedacd],
        ],
    ],
    [
        [
            [0x3b57e34489b53fad, 0xbef00a08c6ed38d2, 0xc0fdf01662f60d22, 0x1aae18833f8e1d3a],
            [0x13650c202b9d3d04, 0x55f8704fbc0e56fe, 0xfcfa04c4627b1a8c, 0x2b4194980926d5e6],
            [0x929ab944acd55fc7, 0x0280328cb31c3641, 0x4e658e49f9187f30, 0x4bd9b9316c29326f],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0xbae3b8f1bda9d942, 0x4d71d779aac4681b, 0x115855c4afc80ab1, 0x160f3a25cf6d812c],
            [0x329fa62beca30b20, 0x6d3447cf693ddd31, 0xe88952052b097207, 0x1c22e4296222cdb0],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0xbd7d6ffc4908f01e, 0x5466cf5f8cbdf4fa, 0x807d16146aebc4c4, 0x14328bbffb0a5c52],
            [0xf169b9c3d157a657, 0x2db0cdbd7f5cc1df, 0x226906a6ae9c483f, 0x513ea6ad364b0aa3],
        ],
    ],
    [
        [
            [0xa1ae44cdbf452141, 0x87220d2c5ce5713c, 0x7897c4062665e156, 0x47940c32599822d6],
            [0x29aa24c7b09ec3ef, 0xbe05758e21760003, 0x889f9e116e0fecc1, 0x70cf2cee53717d12],
            [0x5f688fca00476092, 0x22ac67a596e4d5e6, 0x94c8b01ed25ed61b, 0x0e84965384b8c697],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0x480223505a4ab829, 0x2d6380b1e40894d0, 0xc936f2b1020d6df5, 0x5760924ff1af6a42],
            [0x1734fb427591572b, 0xd99f86f9683b6f68, 0x914d73cd345a1320, 0x50e291ec8e73dded],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0xdb2f033462547129, 0x37ddb7af666eb9e1, 0xe37f55c8f8e83333, 0x233836e05fd80c04],
            [0x5c5cb869c6c74ab1, 0x990ad6aa1a3b980c, 0xac50e96920e9f466, 0x432f366cec24e3cf],
        ],
    ],
    [
        [
            [0x61477bd2d2cdf30d, 0xefef1919cd3424a1, 0xeba0b6ca567a5e01, 0x6b4216c76c229946],
            [0x07807d22b3d68712, 0x320da96986f003fd, 0xdc8525768b44d06c, 0x1519a509d3ad6a45],
            [0x751feeae1a0f3f9a, 0xb8a654f08957643b, 0x4f5ca9f666178a5b, 0x70619ed5a99dd172],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0x5ca2f5494dfd6188, 0x041cb668604596cf, 0x44645777d1df4b0b, 0x3a2bb07d73013c24],
            [0x76d29605a3ae81fe, 0x0ebed9642a09d1fc, 0xf266f41136b4d90d, 0x1530150ffaf5f9c0],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0xbeb10e7e17c801b4, 0xe2a2eaa97a12d887, 0x7e383f3990aa96a5, 0x20a470f80fe7c01a],
            [0xfa805252b0de35d3, 0xf843addd96275426, 0x105731473f3e018a, 0x522876d46b62e0c6],
        ],
    ],
    [
        [
            [0x60224be67248e82c, 0x374384f4a0728205, 0x89111fb2c4660281, 0x3097898a5d0011a4],
            [0x53cd6bf4704a2580, 0xc4bbaf0bcf192692, 0xb1546175af059169, 0x0144681a51af7e45],
            [0x396ef1bbb9d7ed54, 0x9db60e25fe34f97a, 0x94205e6646d5b3f9, 0x30b3b59f2d384639],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0xc02a8cc4f6013f13, 0xbc176a730d3827f5, 0x498b952157d1fa49, 0x1047b689598c298e],
            [0x7c9c98666035120f, 0xadc28df599591eff, 0x51b16d0431738f4c, 0x6179ee3f6d054c27],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0xd8d5b96327d5ac40, 0x58dd06705725c013, 0xfba743dc64476d51, 0x10cb09d6192ce2b6],
            [0x4036bc0b8c67c56e, 0xdcbee55820f089ea, 0x713a4e2baa6e27ea, 0x0ccfa9dc46f1ff62],
        ],
    ],
    [
        [
            [0x37ea32a971d17884, 0xdbc7f5cb46093421, 0x88136287ce376b08, 0x2eb04ea7c01d97ec],
            [0xa41cb7f530d2baa9, 0x6a197950393a5d75, 0x4c089d08db68d17d, 0x61123dc9a68d91b1],
            [0xda6ea560c1c63195, 0xa859bde1a7a39813, 0x5e67f195a748bb61, 0x5d710cf57da5a0fd],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0x843acc9c206f0530, 0xbcc0ca4f18b0546b, 0x632be2398a2296d8, 0x1d402c8a83820db8],
            [0x134ec5c9ed44bf16, 0x706711ba01e21aaa, 0x894b835610a18de7, 0x305957a700fa4fb7],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0x3188b6f635b0ce40, 0x5e52955e552f8b6d, 0xfdf83f4c339a15d5, 0x616d16a390050fcf],
            [0xe285cf8886c7a94e, 0xbebb01e5b2dad71e, 0x75c89105a984e5f3, 0x25a15b96362f42c5],
        ],
    ],
    [
        [
            [0xf855edd27597e7af, 0xfd3c1786cec9a1b8, 0xb8957c496316b4fc, 0x4e185328f8228371],
            [0xe62b53ad6fbff4b0, 0x8d79bc3c21fb7d97, 0x8168133cbe323998, 0x13612c98ea1b72d8],
            [0xc130810f2daddc84, 0xa1e526b597a4a8f7, 0xd165b7c624f15f41, 0x54ee4e56aa7dc574],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0x51a23f16c2ca2b9a, 0xf437ee4635146aef, 0x9a3dd3cf281cbcfb, 0x3dce11d8b0727a01],
            [0x1fbfe8edc9d9e785, 0xe1b9ef95c51a7013, 0xe2002ac53901460c, 0x41c7c346d7030a3d],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0xf045d1259f75e482, 0x52c2468e5aa9b004, 0x54ddfa7632eadda5, 0x0c6371c2ef178785],
            [0x3a5b3c8fc5415eb9, 0x2afb5502003cd85f, 0xa381327789a8f448, 0x4095ebf82d5f2510],
        ],
    ],
    [
        [
            [0xecd627e59590d09e, 0x3f5b5ca5a19a9701, 0xcc996cd85c98a1d8, 0x26b72df47408ad42],
            [0xd590ee73f5d49c7a, 0x84ad05b0d39c1952, 0xb59a6ce6287641ae, 0x0c2163d8050e726c],
            [0x74832e47a8193ead, 0xe3e58e09425c2bab, 0xa4a08dbb5efb5d15, 0x5039c5d4f807ce53],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0xca428f16ef8661aa, 0x4e7e139ea400b29e, 0x9aa5039d2bee1e23, 0x26197a704c07861c],
            [0xf9bbf040343ac767, 0x4ef092dc53ce3c16, 0x07740d5e5a814c32, 0x2241f6397a13fb5d],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0x4c5c5fe4f1dc0b45, 0xcf1c2f1789437ce7, 0x3a1bc752272795c2, 0x233515ef5d4396cf],
            [0x5677aa8aabefd9c7, 0xa971f2242fc7fb6c, 0x99a54732a306496b, 0x3841d897a5b11012],
        ],
    ],
    [
        [
            [0x5466747ca7d79dec, 0x6322fb749f73c9e9, 0x0b9741e936b955bc, 0x65bb185aa22d4a6d],
            [0x7c88faaa7b81c4dd, 0x506d201893631b17, 0x450eac5be06e93da, 0x4c5ebe49e6758261],
            [0x3148db80c1f37ee6, 0x805945f3d948f2aa, 0x4bccbcc02594638d, 0x47eb90fa3a0be7f1],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0x00556b5507cb849c, 0xcee0de3bee7ed9a8, 0xa0413b8f117e3ba8, 0x177f65a68a595ed1],
            [0x8a2fd4465fd340de, 0x25d26841c2983665, 0xdef12846e7c99bb3, 0x1d2284a92fd445c6],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0xbc91d2271a2bb273, 0xfaad562ed82b9732, 0x43cd34f7eb0c6da7, 0x5380421519d42ba5],
            [0xcfb2b35064745693, 0xaa305b88780973bf, 0xa7283c2c2a605b79, 0x66509ac1088284cf],
        ],
    ],
    [
        [
            [0x644532e1c79a1800, 0xa6728be3fc54fab3, 0x73a8654e32dd4190, 0x4043fd3082574e57],
            [0x71db9c1c71e4d712, 0xd51e0a377354fdf2, 0xed0a5724689d5608, 0x2a82c8eabdcb620d],
            [0xdb0816e24cb5d888, 0x81f68606a48ee1a0, 0x507eb67e262aa428, 0x03214be834a1f400],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0x7d52a4f8f7ad33fa, 0xa2f0f8b648b49201, 0xe19bf3455d937cee, 0x24b5acea7c24140a],
            [0x326a7f1d8262214d, 0xd78a960e52a29cdc, 0xee0cdf9981c4a258, 0x06e8a280c1114bed],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0xcff8a816b39fc839, 0x606a82c5d92da2a9, 0x6200df273f910df7, 0x6a40741c0e2156a7],
            [0x14760202228df1b8, 0x675cff8c1e3da88f, 0x395273d14cbc09f5, 0x372bd2957b0812ee],
        ],
    ],
    [
        [
            [0x2861ce16f219d5a9, 0x4ad0447045a7c5aa, 0x20724b927a0ca81c, 0x0e59e6f332d7ed37],
            [0xce9e8ce835f0f735, 0x53c5ad531a2c4a27, 0xd85de69c9a943767, 0x662238997e59a3ff],
            [0x5f04b9480998d0ba, 0x822762641ae7b172, 0x1f2bc36b11a6c46c, 0x426b571a95dbbb52],
        ],
        [
            [0xba01b7a582af8839, 0xaf6c34a56f1e3c6c, 0xf3fbdba05adc0a64, 0x44d46fa01da5117c],
            [0xec4f0af08a5dda59, 0xde0c88b61848ffb7, 0x63c4bafd2664a244, 0x5c0c7fdff46c62cf],
            [0xcb0d567ae5273e11, 0xd11110de19db8be8, 0xbbb75c08e198c2b3, 0x6e6aa1b6c4a4df06],
        ],
        [
            [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
            [0x9bde7c815e5d49ee, 0x13e69138b2792005, 0x5203ceba595fdb00, 0x3ecae8d70fa80aaa],
            [0x5ffe1ce7ef1a7819, 0x561e9cc830619aa8, 0x95ee5635a1b5f949, 0x4e20edac76038ea1],
        ],
    ],
];

/// The matrix after the last of them.
#[rustfmt::skip]
pub const LAST: [[[u64; 4]; 3]; 3] = [
    [
        [0x0000000000000001, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
        [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
        [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
    ],
    [
        [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
        [0xfb9e6832ed5f660c, 0x8a02dc9efb42b591, 0x0761539adb9fe914, 0x296504b4a74c794b],
        [0xf1abf70386d110f8, 0xf2fdec56b0d208d9, 0x3c8d3ac82f7acd15, 0x1473c99b4c155009],
    ],
    [
        [0x0000000000000000, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000],
        [0xb2aaa5a288afc221, 0x9ae8826a6cb6fd0a, 0x88f91f422be5d8bf, 0x1ab120e9c64162b2],
        [0xccc1e92a9c987c70, 0x549ef3bea3a4459e, 0xd9b60e2a81d3f80c, 0x45cd854efaa9ae3a],
    ],
];
